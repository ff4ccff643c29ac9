import type { DomainDefinition } from '../domain/definition.ts';
import { type IoTuneParameter, ioTuneParameters } from '../domain/iotune.ts';
import type { Limits } from '../domain/tuning.ts';
import { quoteArguments, virshCommands } from '../domain/virsh-commands.ts';
import { qemuGroupKnob } from '../verify/qemu-knobs.ts';
import type { Verdict } from '../verify/verdict.ts';
import type { CauseContext, Rule } from './cause-context.ts';
import type { Repair } from './finding.ts';

/**
 * A disk in a group that nobody asked for. Set again, its limits stay those of the group: only without any limit it
 * comes out.
 *
 * @see QEMU blockdev.c:qmp_block_set_io_throttle
 */
const foreignGroup: Rule = ({ reason, expectation, observed }, { definitions: { live }, verdicts }) => {
  const { layer, knob, subject } = expectation;
  if (layer !== 'qemu' || knob !== qemuGroupKnob || reason !== 'unexpected') return undefined;
  const group = observed?.value;
  const others = verdicts.filter(one => isIn(one, group) && one.expectation.subject !== subject);
  const names = others.map(one => one.expectation.subject).join(', ');
  const explanation = `its throttle is one with that of ${names || 'another disk'} (QEMU's group '${group}'): they share what each shall have. Nobody asked for it, and libvirt knows nothing of it`;
  const repair = live && outOfGroup(live, subject);
  return { cause: 'not-asked-for', explanation, ...(repair && { repair }) };
};

function isIn({ expectation: { layer, knob }, observed }: Verdict, group: unknown): boolean {
  return layer === 'qemu' && knob === qemuGroupKnob && observed?.value === group;
}

/** Two commands in one line: between them the disk has no limit. */
function outOfGroup(live: DomainDefinition, target: string): Repair | undefined {
  const iotune = live.disks.find(one => one.target === target)?.iotune;
  if (iotune === undefined) return undefined;
  const own = ioTuneParameters.filter(parameter => iotune[parameter] !== undefined);
  const given = own.length > 0 ? own : (['total_bytes_sec', 'total_iops_sec'] as const);
  const set = (limits: Limits) =>
    virshCommands(live.name, [{ device: { kind: 'disk', target }, limits, because: {} }], { live: true });
  const none = Object.fromEntries(given.map(parameter => [parameter, 0]));
  const commands = [...set(none), ...set(iotune)].map(quoteArguments);
  return { argv: ['sh', '-c', commands.join(' && ')], note: 'only without any limit a disk leaves a group' };
}

/** A line of `io.max` of the whole machine, which libvirt neither writes nor clears: its own are one group below. */
const scopeThrottle: Rule = ({ expectation: { layer, subject, knob }, evidence }) => {
  const [file = '', number] = knob.split(' ');
  if (layer !== 'cgroup' || subject !== 'scope' || number === undefined || evidence === undefined)
    return undefined;
  if (file !== 'io.max' && !file.startsWith('blkio.throttle.')) return undefined;
  const line = file === 'io.max' ? `${number} rbps=max wbps=max riops=max wiops=max` : `${number} 0`;
  const explanation = `nobody asked for it, and no call of libvirt clears it. Write '${line}' to ${evidence.source}`;
  return { cause: 'not-asked-for', explanation, isPastRepair: true };
};

/** In the running definition too, and nobody asks: it came through libvirt, and an apply of what is asked takes it away. */
const definedToo: Rule = ({ expectation, observed }, { definitions: { live } }: CauseContext) => {
  const { layer, subject, parameters, because } = expectation;
  if (layer !== 'qemu' || because.length > 0 || observed === undefined) return undefined;
  const iotune = live?.disks.find(one => one.target === subject)?.iotune;
  const defined = parameters.filter(parameter => iotune?.[parameter as IoTuneParameter]);
  if (defined.length === 0) return undefined;
  const explanation =
    "the running domain's definition has it too, so it was set through libvirt; nobody asks for it";
  return { cause: 'stale-limit', explanation };
};

/** For links that throttle disks, in the order in which they are tried. */
export const diskRules: readonly Rule[] = [foreignGroup, scopeThrottle, definedToo];

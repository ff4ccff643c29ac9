import { defaultShares } from '../domain/cputune.ts';
import type { DomainDefinition } from '../domain/definition.ts';
import { deviceLimits } from '../domain/device-limits.ts';
import { deviceName, type Limits, type Parameter } from '../domain/tuning.ts';
import { virshCommands } from '../domain/virsh-commands.ts';
import type { Scope } from '../ports/hypervisor.ts';
import type { HostFacts } from '../verify/host-facts.ts';
import type { Verdict } from '../verify/verdict.ts';
import type { ToldCause } from './cause-context.ts';
import type { Cause, Repair } from './finding.ts';

/** How an apply would be told what is wanted. */
export interface RepairContext {
  /** Options of `apply` that say it: `--flavor m1.json`, `--property quota:cpu_shares=512`, `-c URI`. */
  readonly options: readonly string[];
  /** The options are a file that names domains itself, this one among others. */
  readonly isFile?: boolean;
}

/** What a repair is made from. */
export interface RepairInput {
  readonly domain: { readonly name: string };
  readonly definitions: Readonly<Partial<Record<Scope, DomainDefinition>>>;
  readonly verdicts: readonly Verdict[];
  readonly facts: Pick<HostFacts, 'cgroupVersion'>;
  readonly repair?: RepairContext;
}

/** The command that would set a failing link right; undefined where nothing would. */
export function repairOf(told: ToldCause, verdict: Verdict, input: RepairInput): Repair | undefined {
  if (told.isPastRepair || told.cause === 'cannot-be-limited' || told.cause === 'no-such-device')
    return undefined;
  // An apply plans what libvirt's definitions have too much: of what the kernel alone has it knows nothing.
  const isKernels = told.cause === 'not-asked-for' && verdict.expectation.layer !== 'ovs';
  const again = input.repair === undefined || isKernels ? writtenAgain(told, verdict, input) : undefined;
  if (input.repair === undefined || again !== undefined) return again;
  const prune = told.cause === 'not-asked-for' || told.cause === 'stale-limit' ? ['--prune'] : [];
  const more = [...scopeOptions(verdict, input), ...prune, ...(told.applyOptions ?? [])];
  return applying(input.repair, input.domain.name, more);
}

/** An apply of what is wanted. */
export function applying(
  { options, isFile = false }: RepairContext,
  name: string,
  more: readonly string[],
): Repair {
  const all = [...options, ...more];
  const argv = ['virt-quota', 'apply', ...(isFile ? all : naming(name, all))];
  return { argv, ...(isFile && { note: 'every line of the file is applied' }) };
}

/** A name that begins as an option does comes after all of them. */
function naming(name: string, options: readonly string[]): readonly string[] {
  return name.startsWith('-') ? [...options, '--', name] : [name, ...options];
}

/** The definition in which it is wrong, or both. */
function scopeOptions({ expectation }: Verdict, { verdicts }: RepairInput): readonly string[] {
  const { layer, knob, device } = expectation;
  if (layer !== 'config' && layer !== 'live') return [];
  const isWrongIn = (scope: Scope) =>
    verdicts.some(
      ({ expectation: one, outcome }) =>
        outcome === 'fail' &&
        one.layer === scope &&
        one.knob === knob &&
        deviceName(one.device) === deviceName(device),
    );
  if (isWrongIn('config')) return isWrongIn('live') ? ['--live', '--config'] : ['--config'];
  return [];
}

/** What has to be known of it where Open vSwitch is in the way. */
const notes: Readonly<Partial<Record<Cause, string>>> = {
  'open-vswitch-owns-tap': 'lasts until Open vSwitch is started again; virt-quota apply --ovs-native lasts',
  'open-vswitch-out-of-step': 'after the same with 0: Open vSwitch writes only what changes',
  'leaked-ovs-rows': 'after the same with 0, which takes the old rows away',
};

/** Where only libvirt's definition says what is wanted, libvirt is told its own limits again: it writes them anew. */
function writtenAgain(
  { cause }: ToldCause,
  { expectation }: Verdict,
  { domain, definitions, facts }: RepairInput,
): Repair | undefined {
  const { device, parameters, layer } = expectation;
  const scope: Scope = layer === 'config' ? 'config' : 'live';
  const definition = definitions[scope];
  if (definition === undefined) return undefined;
  const defined = deviceLimits(definition, device) ?? {};
  const own = parameters.filter(parameter => parameter !== 'group_name');
  // A weight cannot be unset: the kernel's own is the nearest to none.
  const none = (parameter: Parameter) =>
    parameter === 'cpu_shares' ? defaultShares(facts.cgroupVersion ?? 2) : 0;
  const broken = Object.fromEntries(own.map(parameter => [parameter, defined[parameter] ?? none(parameter)]));
  // Of a disk or an interface libvirt takes all limits at once, and drops what is left out.
  const whole = device.kind === 'disk' || device.kind === 'interface';
  const limits: Limits = whole ? { ...broken, ...defined } : broken;
  const [argv] = virshCommands(domain.name, [{ device, limits, because: {} }], { [scope]: true });
  const isDefined = own.some(parameter => defined[parameter] !== undefined);
  const usual = isDefined ? 'libvirt writes its own limits anew, as its definition has them' : undefined;
  const note = notes[cause] ?? usual;
  return argv && { argv, ...(note !== undefined && { note }) };
}

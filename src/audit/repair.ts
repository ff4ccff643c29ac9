import { defaultShares } from '../domain/cputune.ts';
import type { DomainDefinition } from '../domain/definition.ts';
import { deviceLimits } from '../domain/device-limits.ts';
import {
  type DeviceTuning,
  deviceName,
  type LimitName,
  type Limits,
  type Parameter,
} from '../domain/tuning.ts';
import { quoteArguments, virshCommands } from '../domain/virsh-commands.ts';
import type { Scope } from '../ports/hypervisor.ts';
import type { HostFacts } from '../verify/host-facts.ts';
import type { Verdict } from '../verify/verdict.ts';
import type { ToldCause } from './cause-context.ts';
import { clsactRepair } from './clsact-repair.ts';
import type { Cause, Repair } from './finding.ts';
import { policerRepair } from './policer-repair.ts';
import { bandwidthOptions, isOnOurRows } from './repair-native.ts';

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
  readonly facts: Pick<HostFacts, 'cgroupVersion' | 'taps'>;
  readonly repair?: RepairContext;
}

/** The command that would set a failing link right; undefined where nothing would. */
export function repairOf(told: ToldCause, verdict: Verdict, input: RepairInput): Repair | undefined {
  if (told.isPastRepair || told.cause === 'cannot-be-limited' || told.cause === 'no-such-device')
    return undefined;
  const found = commandFor(told, verdict, input);
  return found && (told.repairNote === undefined ? found : { ...found, note: told.repairNote });
}

function commandFor(told: ToldCause, verdict: Verdict, input: RepairInput): Repair | undefined {
  // What stands in rows of ours libvirt would write over, and Open vSwitch take away.
  if (isOnOurRows(verdict, input.definitions)) return ourRowsAgain(verdict, input);
  // An apply plans what libvirt's definitions have too much: of what the kernel alone has it knows nothing.
  const isKernels = told.cause === 'not-asked-for' && verdict.expectation.layer !== 'ovs';
  const tcs = isKernels ? policerRepair(verdict, input.facts.taps) : undefined;
  if (tcs !== undefined) return tcs;
  const past = clsactRepair(verdict.expectation, input.definitions.live, input.facts.taps);
  // Rows of Open vSwitch do not mind clsact.
  if (past !== undefined && told.applyOptions === undefined) return past;
  const again = input.repair === undefined || isKernels ? writtenAgain(told, verdict, input) : undefined;
  if (input.repair === undefined || again !== undefined) return again;
  const prune = told.cause === 'not-asked-for' || told.cause === 'stale-limit' ? ['--prune'] : [];
  const more = [...scopeOptions(verdict, input), ...prune, ...(told.applyOptions ?? [])];
  return applying(input.repair, input.domain.name, more);
}

/** Options by which our rows are written, and what libvirt has too much is taken away. */
function ourRowsAgain(verdict: Verdict, input: RepairInput): Repair | undefined {
  const { repair, definitions, domain } = input;
  if (repair !== undefined) {
    const prune = verdict.expectation.because.length === 0 ? ['--prune'] : [];
    return applying(repair, domain.name, [...scopeOptions(verdict, input), ...prune, '--ovs-native']);
  }
  const { live } = definitions;
  const options = live && bandwidthOptions(live);
  return options && applying({ options }, domain.name, ['--live', '--ovs-native', '--no-record']);
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
  'open-vswitch-out-of-step': 'the limits are taken away first: Open vSwitch writes only what changes',
  'queued-elsewhere': 'the limits are taken away first, and the row with its queues goes with them',
  'leaked-ovs-rows': 'the limits are taken away first, and the old rows go with them',
};

const takenAwayFirst: readonly Cause[] = ['open-vswitch-out-of-step', 'queued-elsewhere', 'leaked-ovs-rows'];

/** A port's limits set to nothing, then set again, in one line. */
function afterNone(argv: readonly string[], name: string, nic: DeviceTuning, live: DomainDefinition) {
  const none: DeviceTuning = { ...nic, limits: { 'inbound.average': 0, 'outbound.average': 0 } };
  const cleared = virshCommands(name, [none], { live: true, interfaces: live.interfaces });
  return ['sh', '-c', [...cleared, argv].map(quoteArguments).join(' && ')];
}

/** Of a line of `io.max` that no definition has: which device of the host it is of, by its numbers. */
function unknownDevice({ device, knob }: Verdict['expectation']): string | undefined {
  return device.kind === 'blkio' ? / (\d+:\d+)$/.exec(knob)?.[1] : undefined;
}

/** libvirt takes any path of a device, and writes 0 also where its definition has nothing. */
function lifted(number: string, domain: string, parameters: readonly LimitName[]): Repair | undefined {
  const device = { kind: 'host-device', path: `/dev/block/${number}` } as const;
  const limits: Limits = Object.fromEntries(parameters.map(parameter => [parameter, 0]));
  const [argv] = virshCommands(domain, [{ device, limits, because: {} }], { live: true });
  return argv && { argv };
}

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
  const unknown = unknownDevice(expectation);
  if (unknown !== undefined) {
    // Of the scope libvirt writes nothing.
    return expectation.subject === 'libvirt' ? lifted(unknown, domain.name, parameters) : undefined;
  }
  const defined = deviceLimits(definition, device) ?? {};
  const own = parameters.filter(parameter => parameter !== 'group_name');
  // A weight cannot be unset: the kernel's own is the nearest to none.
  const none = (parameter: Parameter) =>
    parameter === 'cpu_shares' ? defaultShares(facts.cgroupVersion ?? 2) : 0;
  const broken = Object.fromEntries(own.map(parameter => [parameter, defined[parameter] ?? none(parameter)]));
  // Of a disk or an interface libvirt takes all limits at once, and drops what is left out.
  const whole = device.kind === 'disk' || device.kind === 'interface';
  const limits: Limits = whole ? { ...broken, ...defined } : broken;
  const { interfaces } = definition;
  const wanted = { device, limits, because: {} };
  const [again] = virshCommands(domain.name, [wanted], { [scope]: true, interfaces });
  const isAfterNone = device.kind === 'interface' && takenAwayFirst.includes(cause);
  const argv = again && isAfterNone ? afterNone(again, domain.name, wanted, definition) : again;
  const isDefined = own.some(parameter => defined[parameter] !== undefined);
  const usual = isDefined ? 'libvirt writes its own limits anew, as its definition has them' : undefined;
  const note = notes[cause] ?? usual;
  return argv && { argv, ...(note !== undefined && { note }) };
}

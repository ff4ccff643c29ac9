import { bandwidthFields } from './bandwidth.ts';
import { hostDeviceParameters } from './blkiotune.ts';
import { type CpuTuneParameter, cpuTuneParameters, DEFAULT_PERIOD_US } from './cputune.ts';
import type { DomainDefinition, InterfaceDefinition } from './definition.ts';
import { interfaceEnforcer } from './enforcement.ts';
import { findInterface, type InterfaceRef } from './interface-identity.ts';
import { hasIoLimit, ioTuneParameters } from './iotune.ts';
import { memTuneParameters } from './memtune.ts';
import { mergeLimits } from './merge.ts';
import type { DeviceTuning, DomainTuning, LimitName, Limits } from './tuning.ts';

/** What the commands are for. */
export interface VirshOptions {
  /** Which definitions; neither: the running domain if it runs, as virsh's `--current`. */
  readonly live?: boolean;
  readonly config?: boolean;
  /**
   * The domain as it is. With it the commands spell out what libvirt would drop or refuse along the way (bursts whose
   * base goes), and devices on which libvirt refuses limits are left out. Without it they set what is given.
   */
  readonly definition?: DomainDefinition;
  /** Without `definition`, for interfaces that have one MAC: virsh finds the second by its device on the host alone. */
  readonly interfaces?: readonly InterfaceDefinition[];
}

/**
 * The `virsh` commands that do what tuning says, as argument lists. None for an interface that virsh has no name for:
 * one whose MAC another one has too, and whose device on the host is not known.
 */
export function virshCommands(
  domain: string,
  tuning: DomainTuning,
  options: VirshOptions = {},
): readonly (readonly string[])[] {
  const { live, config, definition } = options;
  const interfaces = definition?.interfaces ?? options.interfaces ?? [];
  const flags = [...(live ? ['--live'] : []), ...(config ? ['--config'] : [])];
  const name = domain.startsWith('-') ? ['--domain', domain] : [domain];
  return tuning
    .map(wanted => (definition === undefined ? wanted : spelledOut(wanted, definition)))
    .flatMap(wanted => commandsOf(name, wanted, interfaces).map(argv => [...argv, ...flags]));
}

/** The limits with those that have to become 0 because of them; none where nothing can enforce them. */
function spelledOut(wanted: DeviceTuning, definition: DomainDefinition): DeviceTuning {
  const { device, limits } = wanted;
  if (device.kind === 'disk') {
    const current = definition.disks.find(disk => disk.target === device.target)?.iotune ?? {};
    const given = ioTuneParameters.filter(parameter => current[parameter] !== undefined);
    const zeros = Object.fromEntries(given.map(parameter => [parameter, 0]));
    return { ...wanted, limits: { ...zeros, ...mergeLimits(device, current, limits) } };
  }
  if (device.kind !== 'interface') return wanted;
  const nic = findInterface(definition.interfaces, device);
  const enforcer = nic && interfaceEnforcer(nic);
  if (nic === undefined || enforcer === 'none') return { ...wanted, limits: {} };
  return { ...wanted, limits: mergeLimits(device, nic.bandwidth, limits, enforcer) };
}

/** An argument list as a line that a POSIX shell takes apart the same way. */
export function quoteArguments(argv: readonly string[]): string {
  return argv
    .map(argument =>
      /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`,
    )
    .join(' ');
}

function commandsOf(
  domain: readonly string[],
  { device, limits }: DeviceTuning,
  interfaces: readonly InterfaceDefinition[],
): readonly (readonly string[])[] {
  switch (device.kind) {
    case 'cpu':
      return schedinfo(domain, limits);
    case 'memory':
      return withOptions(['virsh', 'memtune', ...domain], memoryOptions(limits));
    case 'blkio':
      return withOptions(['virsh', 'blkiotune', ...domain], optionsOf(['weight'], limits));
    case 'host-device':
      return withOptions(['virsh', 'blkiotune', ...domain], hostDeviceOptions(device.path, limits));
    case 'disk':
      return withOptions(['virsh', 'blkdeviotune', ...domain, device.target], ioTuneOptions(limits));
    case 'interface':
      return interfaceCommands(domain, device, limits, interfaces);
  }
}

function interfaceCommands(
  domain: readonly string[],
  device: InterfaceRef,
  limits: Limits,
  interfaces: readonly InterfaceDefinition[],
): readonly (readonly string[])[] {
  const name = virshName(device, interfaces);
  if (name === undefined) return [];
  return withOptions(['virsh', 'domiftune', ...domain, name], bandwidthOptions(limits));
}

/**
 * What virsh calls an interface; undefined: it has no name for it. A MAC is that of the first interface that has it.
 *
 * @see libvirt src/conf/domain_conf.c:virDomainNetFind
 */
export function virshName(
  device: InterfaceRef,
  interfaces: readonly InterfaceDefinition[],
): string | undefined {
  const { mac, id } = device;
  if (id === undefined) return mac;
  const nic = findInterface(interfaces, device);
  return (
    nic?.dev ??
    (nic !== undefined && nic === findInterface(interfaces, { kind: 'interface', mac }) ? mac : undefined)
  );
}

/** Without options these commands would only show. */
function withOptions(command: readonly string[], options: readonly string[]): readonly (readonly string[])[] {
  return options.length === 0 ? [] : [[...command, ...options]];
}

/** One command per parameter: libvirt does not take the first ones back when a later one fails. */
function schedinfo(domain: readonly string[], limits: Limits): readonly (readonly string[])[] {
  const given = cpuTuneParameters.filter(parameter => limits[parameter] !== undefined);
  return given.map(parameter => [
    'virsh',
    'schedinfo',
    ...domain,
    `${parameter}=${liveValue(parameter, limits)}`,
  ]);
}

/** A quota of 0 does nothing on a running domain, and a period cannot be unset. */
function liveValue(parameter: CpuTuneParameter, limits: Limits): number {
  const value = limits[parameter] ?? 0;
  if (value !== 0 || parameter === 'cpu_shares') return value;
  return parameter.endsWith('_quota') ? -1 : DEFAULT_PERIOD_US;
}

/** virsh writes "no limit" as −1 here. */
function memoryOptions(limits: Limits): readonly string[] {
  const given = memTuneParameters.filter(parameter => limits[parameter] !== undefined);
  return optionsOf(given, Object.fromEntries(given.map(one => [one, limits[one] || -1])));
}

function hostDeviceOptions(path: string, limits: Limits): readonly string[] {
  const given = hostDeviceParameters.filter(parameter => limits[parameter] !== undefined);
  return given.flatMap(parameter => {
    const name = parameter === 'device_weight' ? 'device_weights' : parameter;
    return [optionName(name), `${path},${limits[parameter]}`];
  });
}

function ioTuneOptions(limits: Limits): readonly string[] {
  return optionsOf(hasIoLimit(limits) ? [...ioTuneParameters, 'group_name'] : ioTuneParameters, limits);
}

function optionsOf(parameters: readonly LimitName[], limits: Limits): readonly string[] {
  const given = parameters.filter(parameter => limits[parameter] !== undefined);
  return given.flatMap(parameter => [optionName(parameter), String(limits[parameter])]);
}

function optionName(parameter: string): string {
  return `--${parameter.replaceAll('_', '-')}`;
}

/** virsh takes `average[,peak[,burst[,floor]]]`, where an empty place means "not given". */
function bandwidthOptions(limits: Limits): readonly string[] {
  return (['inbound', 'outbound'] as const).flatMap(direction => {
    const fields = ['average', 'peak', 'burst', 'floor'].map(what =>
      bandwidthFields.find(field => field.parameter === `${direction}.${what}`),
    );
    const values = fields.map(field => (field && limits[field.parameter]) ?? '');
    const text = values.join(',').replace(/,+$/, '');
    return text === '' ? [] : [`--${direction}`, text];
  });
}

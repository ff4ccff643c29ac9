import { bandwidthFields } from './bandwidth.ts';
import { type CpuTuneParameter, cpuTuneParameters } from './cputune.ts';
import { type IoTuneParameter, ioTuneParameters } from './iotune.ts';
import type { DeviceTuning, DomainTuning, Limits } from './tuning.ts';

/** Which definitions a command is for; neither: the running domain if it runs, as virsh's `--current`. */
export interface VirshScopes {
  readonly live?: boolean;
  readonly config?: boolean;
}

/**
 * The `virsh` commands that do what tuning says, as argument lists. They set what is given and cannot keep what
 * libvirt replaces along with it: a whole family of an iotune, a whole direction of a bandwidth.
 */
export function virshCommands(
  domain: string,
  tuning: DomainTuning,
  scopes: VirshScopes = {},
): readonly (readonly string[])[] {
  const flags = [...(scopes.live ? ['--live'] : []), ...(scopes.config ? ['--config'] : [])];
  const name = domain.startsWith('-') ? ['--domain', domain] : [domain];
  return tuning.flatMap(device => commandsOf(name, device).map(argv => [...argv, ...flags]));
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
): readonly (readonly string[])[] {
  switch (device.kind) {
    case 'cpu':
      return schedinfo(domain, limits);
    case 'disk':
      return [['virsh', 'blkdeviotune', ...domain, device.target, ...ioTuneOptions(limits)]];
    case 'interface':
      return [['virsh', 'domiftune', ...domain, device.mac, ...bandwidthOptions(limits)]];
  }
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
  return parameter.endsWith('_quota') ? -1 : 100_000;
}

function ioTuneOptions(limits: Limits): readonly string[] {
  const given = ioTuneParameters.filter((parameter: IoTuneParameter) => limits[parameter] !== undefined);
  return given.flatMap(parameter => [`--${parameter.replaceAll('_', '-')}`, String(limits[parameter])]);
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

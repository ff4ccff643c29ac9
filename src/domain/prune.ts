import type { Diagnostic } from '../diagnostics.ts';
import { quotaKeys } from '../intent/quota-keys.ts';
import type { HostCapabilities } from './capabilities.ts';
import { DEFAULT_PERIOD_US } from './cputune.ts';
import type { DomainDefinition, InterfaceDefinition } from './definition.ts';
import type { Translation } from './translate.ts';
import {
  type DeviceRef,
  type DeviceTuning,
  type DomainTuning,
  deviceName,
  type Limits,
  type Parameter,
} from './tuning.ts';
import { isVolume } from './volume.ts';

/** What limits asked for by nobody are taken away from. */
export interface PruneInput {
  readonly domain: DomainDefinition;
  /** Whether it is the running domain's definition: what is not set is not there, or has to be set to the default. */
  readonly live: boolean;
  readonly capabilities: HostCapabilities;
}

/** The key that a removed limit is put down to. */
const because = '--prune';

/** Every limit that a flavor can ask for. */
const flavorParameters: readonly Parameter[] = quotaKeys.flatMap(entry =>
  entry.consumer === 'libvirt' ? [entry.parameter] : [],
);

/**
 * Adds to a translation that every limit which a flavor could ask for, and this one does not, goes away. Limits that
 * no flavor has (emulator, iothread, bursts with a base of their own) stay, and so do those of volumes that the
 * translation says nothing of.
 */
export function prune(translation: Translation, input: PruneInput): Translation {
  const { domain } = input;
  const devices: readonly { readonly device: DeviceRef; readonly defined: Limits }[] = [
    { device: { kind: 'cpu' }, defined: domain.cputune },
    ...domain.disks
      .filter(disk => !isVolume(disk) || tuningOf(translation.tuning, { kind: 'disk', target: disk.target }))
      .map(disk => ({ device: { kind: 'disk', target: disk.target } as const, defined: disk.iotune })),
    ...domain.interfaces.map(nic => ({
      device: { kind: 'interface', mac: nic.mac } as const,
      defined: { ...oursIn(nic), ...nic.bandwidth },
    })),
  ];
  const parts = devices.map(({ device, defined }) =>
    pruneDevice(device, defined, tuningOf(translation.tuning, device), input),
  );
  const kept = translation.tuning.filter(
    one => !devices.some(({ device }) => deviceName(device) === deviceName(one.device)),
  );
  return {
    tuning: [...parts.flatMap(part => part.tuning ?? []), ...kept],
    diagnostics: [...translation.diagnostics, ...parts.flatMap(part => part.diagnostics)],
  };
}

/** Directions that are limited in Open vSwitch's database alone, as averages: what is not 0 is taken away. */
function oursIn({ ovsNative }: InterfaceDefinition): Limits {
  return {
    ...(ovsNative?.inbound === true && { 'inbound.average': 1 }),
    ...(ovsNative?.outbound === true && { 'outbound.average': 1 }),
  };
}

function tuningOf(tuning: DomainTuning, device: DeviceRef): DeviceTuning | undefined {
  return tuning.find(one => deviceName(one.device) === deviceName(device));
}

function pruneDevice(
  device: DeviceRef,
  defined: Limits,
  asked: DeviceTuning | undefined,
  { live, capabilities }: PruneInput,
): { readonly tuning?: DeviceTuning; readonly diagnostics: readonly Diagnostic[] } {
  const extra = flavorParameters.filter(
    parameter => defined[parameter] && asked?.limits[parameter] === undefined,
  );
  const limits: Partial<Record<Parameter, number>> = { ...asked?.limits };
  const keys: Partial<Record<Parameter, string>> = { ...asked?.because };
  const diagnostics: Diagnostic[] = [];
  for (const parameter of extra) {
    const value = live ? liveDefault(parameter, capabilities) : 0;
    if (value === undefined) diagnostics.push(stays(device, parameter, defined[parameter]));
    else limits[parameter] = value;
    if (value !== undefined) keys[parameter] = because;
  }
  if (Object.keys(limits).length === 0) return { diagnostics };
  return { tuning: { device, limits, because: keys }, diagnostics };
}

/**
 * What takes a limit away from a running domain; undefined: not known. libvirt cannot unset shares and periods there: the
 * kernel's own number has the same effect, and stays in the definition.
 */
function liveDefault(parameter: Parameter, { cgroupVersion }: HostCapabilities): number | undefined {
  if (parameter.endsWith('_period')) return DEFAULT_PERIOD_US;
  if (parameter !== 'cpu_shares') return 0;
  if (cgroupVersion === undefined) return undefined;
  return cgroupVersion === 1 ? 1024 : 100;
}

function stays(device: DeviceRef, parameter: Parameter, value: number | undefined): Diagnostic {
  const path = `${deviceName(device)}/${parameter}`;
  return { code: 'cannot-be-unset', severity: 'warning', path, value: String(value) };
}

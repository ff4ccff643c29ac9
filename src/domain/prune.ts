import type { Diagnostic } from '../diagnostics.ts';
import type { HostCapabilities } from './capabilities.ts';
import { DEFAULT_PERIOD_US, defaultShares } from './cputune.ts';
import type { DomainDefinition } from './definition.ts';
import type { Translation } from './translate.ts';
import {
  type DeviceRef,
  type DeviceTuning,
  type DomainTuning,
  deviceName,
  type Parameter,
} from './tuning.ts';
import { type UnaskedLimits, unaskedLimits } from './unasked.ts';

/** What limits asked for by nobody are taken away from. */
export interface PruneInput {
  readonly domain: DomainDefinition;
  /** Whether it is the running domain's definition: what is not set is not there, or has to be set to the default. */
  readonly live: boolean;
  readonly capabilities: HostCapabilities;
}

/** The key that a removed limit is put down to. */
const because = '--prune';

/**
 * Adds to a translation that every limit which a flavor could ask for, and this one does not, goes away. Limits that
 * no flavor has (emulator, iothread, bursts with a base of their own) stay, and so do those of volumes that the
 * translation says nothing of.
 */
export function prune(translation: Translation, input: PruneInput): Translation {
  const devices = unaskedLimits(input.domain, translation.tuning);
  const parts = devices.map(found => pruneDevice(found, tuningOf(translation.tuning, found.device), input));
  const kept = translation.tuning.filter(
    one => !devices.some(({ device }) => deviceName(device) === deviceName(one.device)),
  );
  return {
    tuning: [...parts.flatMap(part => part.tuning ?? []), ...kept],
    diagnostics: [...translation.diagnostics, ...parts.flatMap(part => part.diagnostics)],
  };
}

function tuningOf(tuning: DomainTuning, device: DeviceRef): DeviceTuning | undefined {
  return tuning.find(one => deviceName(one.device) === deviceName(device));
}

function pruneDevice(
  { device, defined, extra }: UnaskedLimits,
  asked: DeviceTuning | undefined,
  { live, capabilities }: PruneInput,
): { readonly tuning?: DeviceTuning; readonly diagnostics: readonly Diagnostic[] } {
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
  return defaultShares(cgroupVersion);
}

function stays(device: DeviceRef, parameter: Parameter, value: number | undefined): Diagnostic {
  const path = `${deviceName(device)}/${parameter}`;
  return { code: 'cannot-be-unset', severity: 'warning', path, value: String(value) };
}

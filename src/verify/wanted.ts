import type { InterfaceEnforcer } from '../domain/enforcement.ts';
import { mergeLimits } from '../domain/merge.ts';
import type { DeviceRef, DeviceTuning, LimitName, Limits, Parameter } from '../domain/tuning.ts';

/** What the enforcers of one device shall hold. */
export interface Wanted {
  readonly device: DeviceRef;
  /** What is asked, and what libvirt's live definition has besides. A 0 means "no limit". */
  readonly limits: Limits;
  /** Parameter → the key that asked for it. */
  readonly because: DeviceTuning['because'];
}

/** Puts what is asked over what is defined, by libvirt's own rules. */
export function wantedLimits(
  device: DeviceRef,
  defined: Limits,
  asked: DeviceTuning | undefined,
  enforcer?: InterfaceEnforcer,
): Wanted {
  if (asked === undefined) return { device, limits: defined, because: {} };
  const merged = mergeLimits(device, defined, asked.limits, enforcer);
  // Where nothing enforces, merging keeps what is defined: what was asked is wanted all the same.
  const limits = enforcer === 'none' ? { ...merged, ...asked.limits } : merged;
  return { device, limits, because: asked.because };
}

/** Those of some parameters for which there is a value, in their order. */
export function present<P extends Parameter>(wanted: Wanted, parameters: readonly P[]): readonly P[] {
  return parameters.filter(parameter => wanted.limits[parameter] !== undefined);
}

/** The keys that asked for some parameters, each once. */
export function keysOf(wanted: Wanted, parameters: readonly LimitName[]): readonly string[] {
  const keys = parameters.map(parameter => wanted.because[parameter]);
  return [...new Set(keys.filter(key => key !== undefined))];
}

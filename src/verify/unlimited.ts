import { memoryUnlimitedKib } from '../domain/memtune.ts';
import type { LimitName, Limits, Parameter } from '../domain/tuning.ts';
import { cpuQuota } from '../ranges.ts';

/**
 * Whether a value of a parameter limits nothing: absent, 0, for memory what is not below libvirt's maximum, and for
 * quotas everything negative or not below theirs, which reads back for "no limit" on cgroup v2 (older versions had a larger one). A group's name is as good as
 * a limit.
 */
export function isUnlimited(parameter: LimitName, value: number | string | undefined): boolean {
  if (value === undefined || value === 0) return true;
  if (typeof value === 'string') return false;
  if (parameter.endsWith('_limit')) return value >= memoryUnlimitedKib;
  if (!parameter.endsWith('_quota')) return false;
  return value < 0 || value >= cpuQuota.max;
}

/** The value of a parameter that limits something; undefined when there is none. */
export function limitOf(limits: Limits, parameter: Parameter): number | undefined {
  const value = limits[parameter];
  return isUnlimited(parameter, value) ? undefined : value;
}

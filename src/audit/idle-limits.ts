import { DEFAULT_PERIOD_US, defaultShares } from '../domain/cputune.ts';
import type { Limits, Parameter } from '../domain/tuning.ts';
import type { HostFacts } from '../verify/host-facts.ts';
import { isUnlimited } from '../verify/unlimited.ts';

/**
 * What a limit comes to; 0 when to nothing. libvirt cannot unset a running domain's weight and periods: what takes them
 * away is the kernel's own number, which stays in the definition. A burst lasts a second where nothing is said.
 */
export function effectOf(
  parameter: Parameter,
  limits: Limits,
  { cgroupVersion }: Pick<HostFacts, 'cgroupVersion'>,
): number {
  const value = limits[parameter];
  if (parameter.endsWith('_period')) {
    const quota = parameter.replace('_period', '_quota') as Parameter;
    return isUnlimited(quota, limits[quota]) ? 0 : value || DEFAULT_PERIOD_US;
  }
  if (value === undefined || isUnlimited(parameter, value)) return 0;
  if (parameter.endsWith('_max_length') && value === 1) return 0;
  const versions = cgroupVersion === undefined ? ([1, 2] as const) : [cgroupVersion];
  const isUsual = parameter === 'cpu_shares' && versions.some(version => value === defaultShares(version));
  return isUsual ? 0 : value;
}

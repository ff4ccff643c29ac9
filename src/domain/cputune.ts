import { parseLibvirtUnsigned } from '../integers.ts';
import { cpuPeriod, cpuQuota, cpuSharesV1 } from '../ranges.ts';
import { childOf, type XmlElement } from '../xml/element.ts';
import { type LimitField, limitsFrom } from './limit-field.ts';

/** What the kernel uses where no period is set, in µs. @see linux kernel/sched/fair.c:default_cfs_period */
export const DEFAULT_PERIOD_US = 100_000;

/** The weight that the kernel gives where nobody sets one. @see linux kernel/sched/core.c:cpu_weight_read_u64 */
export function defaultShares(cgroupVersion: 1 | 2): number {
  return cgroupVersion === 1 ? 1024 : 100;
}

/**
 * `<cputune>` limits by their scheduler parameter.
 *
 * - `cpu_shares`: relative weight, no unit. cgroup v1 2–262144, v2 1–10000 (written there as it is).
 * - `*_period`: µs, 1000–1000000; 0 = kernel default.
 * - `*_quota`: µs per period, 1000–17592186044415; negative lifts the limit; 0 = not set.
 *   `vcpu_quota` is per vCPU thread.
 */
export type CpuTuneParameter =
  | 'cpu_shares'
  | 'vcpu_period'
  | 'vcpu_quota'
  | 'global_period'
  | 'global_quota'
  | 'emulator_period'
  | 'emulator_quota'
  | 'iothread_period'
  | 'iothread_quota';

/** A domain's CPU limits; a parameter left out is not set. */
export type CpuTune = Readonly<Partial<Record<CpuTuneParameter, number>>>;

const period = { type: 'ullong', ...cpuPeriod } as const;
const quota = { type: 'llong', ...cpuQuota } as const;

/** All limits of `<cputune>`, in the order in which Nova writes them, then those that Nova never writes. */
export const cpuTuneFields: readonly LimitField<CpuTuneParameter>[] = [
  { parameter: 'cpu_shares', xmlName: 'shares', type: 'ullong', ...cpuSharesV1 },
  { parameter: 'vcpu_quota', xmlName: 'quota', ...quota },
  { parameter: 'vcpu_period', xmlName: 'period', ...period },
  { parameter: 'global_period', xmlName: 'global_period', ...period },
  { parameter: 'global_quota', xmlName: 'global_quota', ...quota },
  { parameter: 'emulator_period', xmlName: 'emulator_period', ...period },
  { parameter: 'emulator_quota', xmlName: 'emulator_quota', ...quota },
  { parameter: 'iothread_period', xmlName: 'iothread_period', ...period },
  { parameter: 'iothread_quota', xmlName: 'iothread_quota', ...quota },
];

/** Names of all scheduler parameters. */
export const cpuTuneParameters: readonly CpuTuneParameter[] = cpuTuneFields.map(field => field.parameter);

/** The limits in a `<cputune>`; neighbours (`vcpupin`, `emulatorpin`, …) are not looked at. @throws QuotaError */
export function readCpuTune(cputune: XmlElement | undefined): CpuTune {
  return limitsFrom(cpuTuneFields, field => childOf(cputune, field.xmlName)?.text);
}

/**
 * Whether a `<cputune>` has shares of 0: unlike other limits libvirt keeps them, and no host starts with them.
 *
 * @see libvirt src/hypervisor/domain_cgroup.c:virDomainCgroupSetupCpuCgroup
 */
export function hasZeroShares(cputune: XmlElement | undefined): boolean {
  const text = childOf(cputune, 'shares')?.text;
  return text !== undefined && parseLibvirtUnsigned(text) === 0n;
}

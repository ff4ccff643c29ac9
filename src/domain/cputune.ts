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

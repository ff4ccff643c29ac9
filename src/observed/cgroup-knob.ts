/** How much CPU a cgroup may use per period. */
export interface CpuMax {
  /** µs; `max`: no limit. */
  readonly quota: number | 'max';
  /** µs. */
  readonly period: number;
}

/** `cpu.max` of cgroup v2: `50000 100000`, `max 100000`. undefined when it is neither. */
export function parseCpuMax(text: string): CpuMax | undefined {
  const match = /^(max|\d{1,16}) (\d{1,16})$/.exec(text.trim());
  if (match === null) return undefined;
  const [, quota = '', period = ''] = match;
  return { quota: quota === 'max' ? 'max' : Number(quota), period: Number(period) };
}

/** `cpu.cfs_quota_us` of cgroup v1 in µs; its `-1` is `max` here. undefined when it is no number. */
export function parseCfsQuota(text: string): number | 'max' | undefined {
  if (text.trim() === '-1') return 'max';
  return parseCount(text);
}

/** `cpu.weight`, `cpu.shares`, `cpu.cfs_period_us`: one number. undefined when it is none. */
export function parseCount(text: string): number | undefined {
  return /^\d{1,16}$/.test(text.trim()) ? Number(text) : undefined;
}

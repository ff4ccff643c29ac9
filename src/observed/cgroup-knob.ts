/** How much CPU a cgroup may use per period. */
export interface CpuMax {
  /** µs; `max`: no limit. */
  readonly quota: number | 'max';
  /** µs. */
  readonly period: number;
}

/** `cpu.max` of cgroup v2: `50000 100000`, `max 100000`. undefined when it is neither. */
export function parseCpuMax(text: string): CpuMax | undefined {
  const match = /^(max|\d{1,20}) (\d{1,20})$/.exec(text.trim());
  if (match === null) return undefined;
  const [, quota = '', period = ''] = match;
  return { quota: quota === 'max' ? 'max' : Number(quota), period: Number(period) };
}

/** `cpu.cfs_quota_us` of cgroup v1 in µs; its `-1` is `max` here. undefined when it is no number. */
export function parseCfsQuota(text: string): number | 'max' | undefined {
  if (text.trim() === '-1') return 'max';
  return parseCount(text);
}

/**
 * By version of cgroup, where the kernel tells how much of a quota may be saved up for later periods, in µs; since Linux
 * 5.14. @see linux Documentation/scheduler/sched-bwc.rst, "Burst feature"
 */
export const burstKnob = { 1: 'cpu.cfs_burst_us', 2: 'cpu.max.burst' } as const;

/** Puts a group behind all others of the host, whatever its weight; since Linux 5.15. @see sched_group_set_idle */
export const idleKnob = 'cpu.idle';

export function isBurstKnob(knob: string): boolean {
  return knob === burstKnob[1] || knob === burstKnob[2];
}

/** What the number is that a file holds alone. */
const singleNumbers: Readonly<Record<string, string>> = {
  'cpu.weight': 'weight',
  'cpu.shares': 'shares',
  'cpu.cfs_quota_us': 'quota',
  'cpu.cfs_period_us': 'period',
  'cpu.idle': 'idle',
  [burstKnob[1]]: 'burst',
  [burstKnob[2]]: 'burst',
};

/** `cpu.weight`, `cpu.shares`, `cpu.cfs_period_us`, a burst: one number. undefined when it is none. */
export function parseCount(text: string): number | undefined {
  return /^\d{1,20}$/.test(text.trim()) ? Number(text) : undefined;
}

/** What a file of CPU time holds, by name; undefined: nothing of the kind. */
export function cpuKnobValues(
  knob: string,
  text: string,
): Readonly<Record<string, number | string>> | undefined {
  if (knob === 'cpu.max') {
    const limit = parseCpuMax(text);
    return limit && { quota: limit.quota, period: limit.period };
  }
  const value = knob === 'cpu.cfs_quota_us' ? parseCfsQuota(text) : parseCount(text);
  const name = singleNumbers[knob];
  return value === undefined || name === undefined ? undefined : { [name]: value };
}

/** More than any machine has: cgroup v1 writes the largest number of pages for "no limit". */
const NO_MEMORY_LIMIT = 2n ** 62n;

/**
 * `memory.max`, `memory.high`, `memory.swap.max` and their like in cgroup v1, in bytes; `max`: no limit. undefined when
 * it is neither.
 */
export function parseMemoryLimit(text: string): number | 'max' | undefined {
  const word = text.trim();
  if (word === 'max') return 'max';
  if (!/^\d{1,20}$/.test(word)) return undefined;
  return BigInt(word) >= NO_MEMORY_LIMIT ? 'max' : Number(word);
}

/** `io.weight`, `io.bfq.weight` (`default 100`, then devices) and `blkio.weight` (`500`). undefined when it is neither. */
export function parseIoWeight(text: string): number | undefined {
  const match = /^(?:default )?(\d{1,5})$/.exec(text.split('\n')[0]?.trim() ?? '');
  return match === null ? undefined : Number(match[1]);
}

/**
 * What a file with a line per device (`8:0 rbps=1048576 wbps=max`, `8:0 500`) says of one; undefined: it has no such
 * line.
 *
 * @param device major and minor number, `8:0`
 */
export function deviceLine(text: string, device: string): string | undefined {
  const line = text.split('\n').find(one => one.startsWith(`${device} `));
  return line?.slice(device.length + 1).trim();
}

/** The devices that such a file has lines of, by major and minor number. */
export function devicesWithLines(text: string): readonly string[] {
  return text.split('\n').flatMap(line => /^(\d{1,7}:\d{1,7}) /.exec(line)?.[1] ?? []);
}

/** One device of `io.max`: bytes/s and operations/s, or `max`. undefined when it is something else. */
export function parseIoMax(text: string): Readonly<Record<string, number | 'max'>> | undefined {
  const entries = text.split(' ').map(word => /^([rw](?:bps|iops))=(max|\d{1,20})$/.exec(word));
  if (entries.some(entry => entry === null)) return undefined;
  return Object.fromEntries(
    entries.map(entry => [entry?.[1], entry?.[2] === 'max' ? 'max' : Number(entry?.[2])]),
  );
}

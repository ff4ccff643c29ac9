import { parseCfsQuota, parseCount, parseCpuMax } from './cgroup-knob.ts';

/** A file of a cgroup's that says something of its quota. */
interface QuotaFile {
  readonly subject: string;
  readonly knob: string;
  readonly text?: string;
}

/** What a group's quota gives, in CPUs; undefined: it has none. */
export function quotaCpus(files: readonly QuotaFile[], subject: string): number | undefined {
  const text = (knob: string) => files.find(one => one.subject === subject && one.knob === knob)?.text ?? '';
  const v2 = parseCpuMax(text('cpu.max'));
  const quota = v2?.quota ?? parseCfsQuota(text('cpu.cfs_quota_us'));
  const period = v2?.period ?? parseCount(text('cpu.cfs_period_us'));
  return typeof quota === 'number' && period !== undefined && period > 0 ? quota / period : undefined;
}

/**
 * The CPUs that a domain can keep busy at most: each vCPU and I/O thread one or what its quota gives, the emulator alike,
 * and all together what the quota around them gives. QEMU's short-lived workers are counted as one thread.
 */
export function mostCpus(files: readonly QuotaFile[]): number {
  const subjects = new Set(files.map(file => file.subject));
  const threads = [...subjects].filter(subject => subject !== 'libvirt' && subject !== 'scope');
  const sum = threads.reduce((cpus, subject) => cpus + Math.min(1, quotaCpus(files, subject) ?? 1), 0);
  const around = ['libvirt', 'scope'].flatMap(subject => quotaCpus(files, subject) ?? []);
  return Math.min(sum, ...around);
}

/** How many CPUs `/sys/devices/system/cpu/online` names: `0-3,8`. undefined when it is something else. */
export function countCpus(text: string): number | undefined {
  const ranges = text
    .trim()
    .split(',')
    .map(range => /^(\d{1,6})(?:-(\d{1,6}))?$/.exec(range));
  if (ranges.some(range => range === null)) return undefined;
  return ranges.reduce((sum, range) => sum + Number(range?.[2] ?? range?.[1]) - Number(range?.[1]) + 1, 0);
}

import { parseCpuStat } from '../observed/cpu-stat.ts';
import { HostReadError, type HostReader } from '../ports/host.ts';

/** What a cgroup of the cpu controller has counted. */
export interface CgroupCounters {
  /** The file. */
  readonly source: string;
  /** All that stands in `cpu.stat`. */
  readonly counters: Readonly<Record<string, number>>;
  /** In µs; absent: the kernel does not tell. */
  readonly usedUs?: number;
}

/**
 * Reads a cgroup's `cpu.stat`, and on cgroup v1 the `cpuacct.usage` (in ns) beside it.
 * @throws HostReadError when it cannot be read
 */
export async function readCgroupCounters(
  host: HostReader,
  folder: string,
  version: 1 | 2,
): Promise<CgroupCounters> {
  const source = `${folder}/cpu.stat`;
  const text = await host.readFile(source);
  if (text === undefined) throw new HostReadError(`'${source}' is not there`);
  const counters = parseCpuStat(text);
  const usedUs = version === 2 ? counters.usage_usec : await accounted(host, folder);
  return { source, counters, ...(usedUs !== undefined && { usedUs }) };
}

async function accounted(host: HostReader, folder: string): Promise<number | undefined> {
  const text = (await host.readFile(`${folder}/cpuacct.usage`))?.trim() ?? '';
  return /^\d{1,18}$/.test(text) ? Number(BigInt(text) / 1000n) : undefined;
}

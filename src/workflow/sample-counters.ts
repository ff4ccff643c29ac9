import type {
  CounterSample,
  DiskCounters,
  InterfaceCounters,
  ReadPacketCounters,
  ThreadCounters,
} from '../audit/counters.ts';
import type { DomainDefinition, InterfaceDefinition } from '../domain/definition.ts';
import { interfaceEnforcer, isOvsHeld } from '../domain/enforcement.ts';
import { hasIoLimit } from '../domain/iotune.ts';
import { policersSeen, readTcClassCounters, readTcPolicers } from '../host/tc.ts';
import { readCgroupCounters } from '../host/thread-counters.ts';
import { isLibvirts, isOpenVswitchs } from '../observed/policers.ts';
import type { TcCounters } from '../observed/tc-counters.ts';
import { policersOf } from '../observed/tc-policer.ts';
import type { HostReader } from '../ports/host.ts';
import type { DomainRef } from '../ports/hypervisor.ts';
import type { TapLimits } from '../verify/host-facts.ts';
import type { ReadSurroundings } from './surroundings.ts';
import { look } from './unseen.ts';

/** A running domain, and where its threads are. */
export interface SampleInput {
  readonly domain: DomainRef;
  readonly live: DomainDefinition;
  /** Absent: its cgroups cannot be looked into. */
  readonly cgroups?: ThreadGroups;
  /** What was read of its taps before: policers in it are not asked for again. */
  readonly taps?: ReadonlyMap<string, TapLimits>;
}

/** The folders of a domain's thread groups, in the hierarchy of the cpu controller. */
export interface ThreadGroups {
  readonly version: 1 | 2;
  readonly groups: readonly { readonly subject: string; readonly folder: string }[];
}

/** A knob's file, and whose it is. */
interface KnobFile {
  readonly subject: string;
  readonly knob: string;
  readonly path: string;
}

/** Where the threads are, from the files that hold their quotas. */
export function threadGroups(files: readonly KnobFile[], version: 1 | 2): ThreadGroups {
  const holding = version === 1 ? 'cpu.cfs_quota_us' : 'cpu.max';
  const groups = files
    .filter(({ knob }) => knob === holding)
    .map(({ subject, path }) => ({ subject, folder: path.slice(0, path.lastIndexOf('/')) }));
  return { version, groups };
}

/** Reads what those who limit a running domain have counted, as far as it can be read; changes nothing. */
export async function sampleCounters(
  { hypervisor, host, now }: ReadSurroundings,
  { domain, live, cgroups, taps }: SampleInput,
): Promise<CounterSample> {
  const limited = live.interfaces.filter(nic => nic.dev !== undefined && isLimited(nic));
  const hasQuota = Object.keys(live.cputune).some(parameter => parameter.endsWith('_quota'));
  const hasThrottle = live.disks.some(disk => hasIoLimit(disk.iotune));
  const [disks, threads, interfaces] = await Promise.all([
    hasThrottle ? look(() => hypervisor.getDiskStats(domain)) : { why: 'no disk is limited' },
    host && cgroups && hasQuota ? sampleThreads(host, cgroups) : [],
    Promise.all(host ? limited.map(nic => sampleInterface(host, nic, taps)) : []),
  ]);
  return {
    atMs: (now?.() ?? new Date()).getTime(),
    threads,
    interfaces: new Map(interfaces),
    disks: 'found' in disks ? diskCounters(disks.found, domain) : new Map(),
  };
}

function isLimited({ bandwidth, ovsNative }: InterfaceDefinition): boolean {
  return ovsNative !== undefined || Object.keys(bandwidth).length > 0;
}

async function sampleThreads(
  host: HostReader,
  { version, groups }: ThreadGroups,
): Promise<readonly ThreadCounters[]> {
  const read = await Promise.all(
    groups.map(async ({ subject, folder }) => {
      const seen = await look(() => readCgroupCounters(host, folder, version));
      return { subject, seen };
    }),
  );
  return read.flatMap(({ subject, seen }): ThreadCounters[] => {
    if (!('found' in seen)) return [];
    const { source, ...found } = seen.found;
    const told = Object.entries(found.counters).filter(([name]) =>
      /^nr_|^throttled_|^usage_usec$/.test(name),
    );
    const text = told.map(([name, value]) => `${name} ${value}`).join(' ');
    return [{ subject, ...found, counters: Object.fromEntries(told), evidence: { source, text } }];
  });
}

async function sampleInterface(
  host: HostReader,
  nic: InterfaceDefinition,
  taps: SampleInput['taps'],
): Promise<readonly [string, InterfaceCounters]> {
  const dev = nic.dev ?? '';
  const tap = taps?.get(dev);
  const isOvs = isOvsHeld(interfaceEnforcer(nic));
  const [classes, policers] = await Promise.all([
    look(() => readTcClassCounters(host, dev)),
    tap === undefined
      ? look(() => readTcPolicers(host, dev))
      : { found: policersSeen(dev, policersOf(tap.ingress)) },
  ]);
  const parent = isOvs ? '1:fffe' : undefined;
  const shaped =
    'found' in classes && classes.found.found.find(one => one.handle === '1:1' && one.parent === parent);
  const policed = 'found' in policers && policers.found.found.find(isOvs ? isOpenVswitchs : isLibvirts);
  return [
    dev,
    {
      ...(shaped &&
        'found' in classes &&
        shaped.counters && { shaped: counted(shaped.counters, classes.found.source) }),
      ...(policed &&
        'found' in policers &&
        policed.counters && { policed: counted(policed.counters, policers.found.source) }),
    },
  ];
}

function counted(
  { bytes, packets, dropped, overlimits, text }: TcCounters,
  source: string,
): ReadPacketCounters {
  return { bytes, packets, dropped, overlimits, evidence: { source, text } };
}

/** `block.3.name` is the target; numbers that libvirt does not tell are left out with their disk. */
function diskCounters(
  stats: Readonly<Record<string, number | string>>,
  { name }: DomainRef,
): ReadonlyMap<string, DiskCounters> {
  const targets = Object.entries(stats).flatMap(([key, target]) => {
    const prefix = /^(block\.\d{1,5}\.)name$/.exec(key)?.[1];
    return prefix === undefined ? [] : [[prefix, String(target)] as const];
  });
  const disks = targets.flatMap(([prefix, target]) => {
    const names = ['rd.bytes', 'wr.bytes', 'rd.reqs', 'wr.reqs'].map(one => `${prefix}${one}`);
    const values = names.map(one => stats[one]);
    if (!values.every(value => typeof value === 'number')) return [];
    const [readBytes = 0, writeBytes = 0, readRequests = 0, writeRequests = 0] = values;
    const text = names.map((one, index) => `${one}=${values[index]}`).join(' ');
    const evidence = { source: `virsh domstats ${name} --block`, text };
    return [[target, { readBytes, writeBytes, readRequests, writeRequests, evidence }] as const];
  });
  return new Map(disks);
}

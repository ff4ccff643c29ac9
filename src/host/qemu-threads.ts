import { parseMemberships } from '../observed/cgroup-path.ts';
import {
  type Hold,
  holdOf,
  isAround,
  type QemuThread,
  type ThreadList,
  type ThreadPicture,
} from '../observed/thread-groups.ts';
import { parseThreadStat } from '../observed/thread-stat.ts';
import { HostReadError, type HostReader } from '../ports/host.ts';
import { NOT_CAPTURED } from '../verify/reading.ts';

/** What lists a group's threads, by version of cgroup. */
export const threadsFile = { 1: 'tasks', 2: 'cgroup.threads' } as const;

/** A running domain's groups of threads, in the hierarchy of the cpu controller. */
export interface ThreadGroups {
  readonly pid: number;
  readonly version: 1 | 2;
  /** From the root of the hierarchy: `/machine.slice/…/libvirt`. */
  readonly domainPath: string;
  /** `vcpu0`, `iothread1`, `emulator`. */
  readonly groups: readonly { readonly subject: string; readonly folder: string }[];
  /** Those whose quota is in force, `libvirt` for the one around them. */
  readonly limited: ReadonlySet<string>;
}

/**
 * Whether the quotas in force hold the threads that they are meant for. Of vCPUs and I/O threads only their own groups are
 * looked into, as long as each has its thread; where one has not, and for all other groups, every thread of QEMU is.
 */
export async function readHolds(host: HostReader, given: ThreadGroups): Promise<ReadonlyMap<string, Hold>> {
  const { limited } = given;
  if (limited.size === 0) return new Map();
  try {
    const isWhole = [...limited].some(one => one === 'libvirt' || one === 'emulator' || isAround(one));
    const first = await judged(host, given, isWhole);
    const isClear = [...first.values()].every(({ past, doubt }) => past === undefined && doubt === undefined);
    return isWhole || isClear ? first : await judged(host, given, true);
  } catch (error) {
    if (!(error instanceof HostReadError)) throw error;
    return new Map([...limited].map(subject => [subject, { doubt: error.message }]));
  }
}

async function judged(
  host: HostReader,
  given: ThreadGroups,
  isWhole: boolean,
): Promise<ReadonlyMap<string, Hold>> {
  const { limited } = given;
  const picture = await pictureOf(host, given, isWhole);
  const scheduler = await readScheduler(host);
  return new Map([...limited].map(subject => [subject, withScheduler(holdOf(subject, picture), scheduler)]));
}

/** A scheduler that somebody has loaded decides for ordinary threads too, and nobody here knows what of quotas. */
function withScheduler(hold: Hold, state: string | undefined): Hold {
  if (state === undefined || state === 'disabled' || hold.past !== undefined) return hold;
  return { ...hold, doubt: `a scheduler of sched_ext is ${state}: whether it knows quotas is not known` };
}

/** @see linux Documentation/scheduler/sched-ext.rst; undefined: this kernel has none */
async function readScheduler(host: HostReader): Promise<string | undefined> {
  return (await captured(host.readFile('/sys/kernel/sched_ext/state')))?.trim();
}

/** What is read; of what was captured before it was looked at, something else. */
async function captured<T>(reading: Promise<T | undefined>, otherwise?: T): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof HostReadError && error.message.endsWith(NOT_CAPTURED)) return otherwise;
    throw error;
  }
}

async function pictureOf(host: HostReader, given: ThreadGroups, isWhole: boolean): Promise<ThreadPicture> {
  const { pid, version, domainPath, groups, limited } = given;
  const meant = groups.filter(({ subject }) => isWhole || limited.has(subject));
  const found = await Promise.all(meant.map(group => captured(readList(host, group, version))));
  const lists = found.flatMap(list => list ?? []);
  const listed = new Set(lists.flatMap(({ threads }) => threads));
  const all = isWhole ? await captured(host.listFolder(`/proc/${pid}/task`)) : undefined;
  const tasks = (all ?? [...listed]).map(Number);
  const threads = await Promise.all(tasks.map(id => readThread(host, given, id, !listed.has(id))));
  return { pid, domainPath, lists, threads: threads.flatMap(thread => thread ?? []) };
}

async function readThread(
  host: HostReader,
  { pid, version }: ThreadGroups,
  id: number,
  isUnlisted: boolean,
): Promise<QemuThread | undefined> {
  const folder = `/proc/${pid}/task/${id}`;
  const source = `${folder}/stat`;
  const text = await captured(host.readFile(source), '');
  if (text === '') return { id, source, isUnknown: true };
  // Of another process, or gone meanwhile.
  if (text === undefined) return undefined;
  const stat = parseThreadStat(text);
  const path = isUnlisted ? await readPath(host, `${folder}/cgroup`, version) : undefined;
  if (isUnlisted && path === undefined) return undefined;
  return { id, source, ...(stat && { stat }), ...(path !== undefined && { path }) };
}

async function readList(
  host: HostReader,
  { subject, folder }: ThreadGroups['groups'][number],
  version: 1 | 2,
): Promise<ThreadList> {
  const source = `${folder}/${threadsFile[version]}`;
  const text = (await host.readFile(source)) ?? '';
  return {
    subject,
    source,
    threads: text
      .split('\n')
      .filter(line => /^\d{1,10}$/.test(line))
      .map(Number),
  };
}

/** In the hierarchy that has the cpu controller. */
async function readPath(host: HostReader, source: string, version: 1 | 2): Promise<string | undefined> {
  const memberships = parseMemberships((await host.readFile(source)) ?? '');
  return memberships.find(({ controllers }) =>
    version === 2 ? controllers.length === 0 : controllers.includes('cpu'),
  )?.path;
}

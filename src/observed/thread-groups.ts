import {
  isHeldByQuota,
  isNamesake,
  isWorker,
  policyText,
  roleOf,
  type ThreadRole,
  type ThreadStat,
} from './thread-stat.ts';

/** A group of threads, as the kernel lists it. */
export interface ThreadList {
  /** `vcpu0`, `iothread1`, `emulator`. */
  readonly subject: string;
  /** The file: `cgroup.threads`, `tasks`. */
  readonly source: string;
  readonly threads: readonly number[];
}

/** A thread of QEMU. */
export interface QemuThread {
  readonly id: number;
  /** The file of its `stat`. */
  readonly source: string;
  /** Absent: the kernel says something that is not understood, or nobody can ask it any more. */
  readonly stat?: ThreadStat;
  /** Of a captured host, from before threads were looked at. */
  readonly isUnknown?: true;
  /** The path of its cgroup from the root of the hierarchy; absent: one of the lists has it. */
  readonly path?: string;
}

/** What was read of QEMU's threads. */
export interface ThreadPicture {
  /** QEMU's process, which is the id of its main thread too. */
  readonly pid: number;
  /** The path of the domain's own group, from the root of the hierarchy. */
  readonly domainPath: string;
  readonly lists: readonly ThreadList[];
  /** Those that are on a list; when it is whole, all of them. */
  readonly threads: readonly QemuThread[];
}

/** Why a quota does not hold those it is meant for, or why it cannot be told whether it does. */
export interface Hold {
  /** Some thread goes past it: which, and where that can be seen. */
  readonly past?: { readonly why: string; readonly source: string; readonly text: string };
  /** What is there and not understood. */
  readonly doubt?: string;
  /** It holds more threads than its own: all there are, and where that can be seen. */
  readonly shared?: { readonly threads: number; readonly source: string; readonly text: string };
}

/** Whether the quota of a group holds the threads that it is meant for, and them alone. */
export function holdOf(subject: string, picture: ThreadPicture): Hold {
  const list = picture.lists.find(one => one.subject === subject);
  if (isAround(subject)) {
    const unheld = unheldOf(picture.threads);
    return unheld === undefined ? {} : { past: unheld };
  }
  // A captured host that was not asked.
  if (list === undefined && kindOf(subject) !== 'other') return {};
  const shared = list !== undefined && subject.startsWith('vcpu') ? sharedOf(list, picture) : undefined;
  const more = shared && { shared };
  const members = membersOf(subject, picture);
  const past = unheldOf(members) ?? lostTo(subject, picture, members);
  if (past !== undefined) return { past, ...more };
  const doubt = doubtOf(subject, picture, members);
  return { ...(doubt !== undefined && { doubt }), ...more };
}

/** Whether a group is the machine's or one around it: whatever is in it is held, but threads for which no quota counts. */
export function isAround(subject: string): boolean {
  return !/^(?:libvirt|emulator|(?:vcpu|iothread)\d+)$/.test(subject);
}

/** What of its threads is not understood. */
function doubtOf(
  subject: string,
  picture: ThreadPicture,
  members: readonly QemuThread[],
): string | undefined {
  if (picture.threads.some(({ isUnknown }) => isUnknown)) return undefined;
  const strange = members.find(({ stat }) => stat === undefined || isHeldByQuota(stat.policy) === undefined);
  if (strange !== undefined) return strangeText(strange);
  if (subject === 'libvirt') return undefined;
  const below = members.find(({ path }) => path !== undefined && path !== pathOf(subject, picture));
  if (below !== undefined) return `${nameOf(below)} is in ${below.path}, which libvirt has not made`;
  return isUnnamed(subject, picture)
    ? "QEMU has not named its threads: which are vCPUs' is not known"
    : undefined;
}

/** Whether none of QEMU's threads has the name of one of this kind. */
function isUnnamed(subject: string, { threads }: ThreadPicture): boolean {
  const kind = kindOf(subject);
  return kind !== 'other' && !threads.some(({ stat }) => stat !== undefined && roleOf(stat.name) === kind);
}

function kindOf(subject: string): ThreadRole {
  if (/^vcpu\d/.test(subject)) return 'vcpu';
  return /^iothread\d/.test(subject) ? 'iothread' : 'other';
}

/** Those that the quota is meant for and holds, as far as groups go. */
function membersOf(subject: string, picture: ThreadPicture): readonly QemuThread[] {
  const inGroup = picture.threads.filter(thread => isIn(thread, subject, picture));
  // QEMU's workers are begun by an I/O thread too, and stay in its group; in a vCPU's nobody else belongs.
  if (kindOf(subject) !== 'vcpu') return inGroup;
  return inGroup.filter(({ stat }) => stat === undefined || roleOf(stat.name) === 'vcpu');
}

function isIn({ id, path }: QemuThread, subject: string, picture: ThreadPicture): boolean {
  const at = pathOf(subject, picture);
  if (path !== undefined) return path === at || path.startsWith(`${at}/`);
  const lists = picture.lists.filter(list => subject === 'libvirt' || list.subject === subject);
  return lists.some(list => list.threads.includes(id));
}

function pathOf(subject: string, { domainPath }: ThreadPicture): string {
  return subject === 'libvirt' ? domainPath : `${domainPath}/${subject}`;
}

/** A thread that the quota is meant for, in another group. */
function lostTo(subject: string, picture: ThreadPicture, members: readonly QemuThread[]): Hold['past'] {
  const kind = kindOf(subject);
  // vCPUs need not be numbered as libvirt counts them: any of them will do.
  const isPeopled = members.some(({ stat }) => stat === undefined || roleOf(stat.name) === kind);
  if (kind !== 'other' && isPeopled) return undefined;
  const list = picture.lists.find(one => one.subject === subject);
  const evidence = (source: string) => ({
    source: list?.source ?? source,
    text: list?.threads.join(' ') ?? '',
  });
  const lost = picture.threads.find(thread => isMeant(thread, subject, picture) && !members.includes(thread));
  if (lost !== undefined) {
    return {
      why: `${nameOf(lost)} is in ${placeOf(lost, picture)}`,
      ...evidence(lost.source.replace(/stat$/, 'cgroup')),
    };
  }
  if (kind === 'other' || list === undefined) return undefined;
  const isPossible = isUnnamed(subject, picture) && picture.threads.some(one => isIn(one, subject, picture));
  return isPossible ? undefined : { why: `no thread of ${subject} is in it`, ...evidence(list.source) };
}

/** Whether libvirt puts a thread into this group. */
function isMeant({ id, stat }: QemuThread, subject: string, { pid, ...picture }: ThreadPicture): boolean {
  if (subject === 'libvirt') return true;
  if (stat === undefined) return false;
  if (subject !== 'emulator') return isNamesake(stat.name, subject);
  if (roleOf(stat.name) !== 'other') return false;
  return id === pid || !isWorker(stat.name) || !picture.lists.some(list => list.threads.includes(id));
}

function placeOf({ id, path }: QemuThread, { lists }: ThreadPicture): string {
  return path ?? `the group of ${lists.find(list => list.threads.includes(id))?.subject ?? 'nobody'}`;
}

/** A member for which a quota does not count. */
function unheldOf(members: readonly QemuThread[]): Hold['past'] {
  for (const thread of members) {
    const { stat, source } = thread;
    if (stat === undefined || isHeldByQuota(stat.policy) !== false) continue;
    const policy = policyText(stat);
    return {
      why: `${nameOf(thread)} has the policy ${policy}, for which no quota counts`,
      source,
      text: policy,
    };
  }
  return undefined;
}

/** Workers are no strangers: they work for the thread that has begun them. */
function sharedOf({ threads: ids, source }: ThreadList, { threads }: ThreadPicture): Hold['shared'] {
  const workers = threads.filter(({ stat }) => stat !== undefined && isWorker(stat.name));
  const others = ids.filter(id => !workers.some(worker => worker.id === id));
  return others.length > 1 ? { threads: others.length, source, text: others.join(' ') } : undefined;
}

function strangeText(thread: QemuThread): string {
  const { stat, source } = thread;
  if (stat === undefined) return `${nameOf(thread)}: '${source}' says nothing that is understood`;
  return `${nameOf(thread)} has the policy ${policyText(stat)}: whether a quota counts for it is not known`;
}

/** `thread 4720 (CPU 0/KVM)`. */
function nameOf({ id, stat }: Pick<QemuThread, 'id' | 'stat'>): string {
  return stat === undefined ? `thread ${id}` : `thread ${id} (${stat.name})`;
}

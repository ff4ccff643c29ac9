/** What `/proc/PID/task/TID/stat` says of a thread, as far as limits are concerned. */
export interface ThreadStat {
  /** As QEMU names it: `CPU 0/KVM`, `IO iothread1`; the kernel keeps 15 letters. */
  readonly name: string;
  /** The kernel's number of its scheduling policy. */
  readonly policy: number;
  /** Real-time priority, 1–99; 0 for all other policies. */
  readonly priority: number;
}

/** @see proc_pid_stat(5), fields 40 and 41. undefined when it is something else. */
export function parseThreadStat(text: string): ThreadStat | undefined {
  // A name may have parentheses and blanks of its own.
  const [from, to] = [text.indexOf('('), text.lastIndexOf(')')];
  if (from < 0 || to < from) return undefined;
  const fields = text
    .slice(to + 2)
    .trim()
    .split(' ');
  const [priority, policy] = [fields[37], fields[38]];
  if (!isCount(priority) || !isCount(policy)) return undefined;
  return { name: text.slice(from + 1, to), policy: Number(policy), priority: Number(priority) };
}

/** The same line with nothing in it but what is parsed: others tell at which addresses QEMU's memory is. */
export function stripThreadStat(text: string): string {
  const stat = parseThreadStat(text);
  if (stat === undefined) return text;
  const zeros = (count: number) => Array.from({ length: count }, () => '0');
  const id = /^\d*/.exec(text)?.[0] ?? '';
  return [id, `(${stat.name})`, 'S', ...zeros(36), stat.priority, stat.policy].join(' ');
}

function isCount(text: string | undefined): text is string {
  return text !== undefined && /^\d{1,9}$/.test(text);
}

/** @see linux include/uapi/linux/sched.h */
const names: Readonly<Record<number, string>> = {
  0: 'SCHED_OTHER',
  1: 'SCHED_FIFO',
  2: 'SCHED_RR',
  3: 'SCHED_BATCH',
  5: 'SCHED_IDLE',
  6: 'SCHED_DEADLINE',
  7: 'SCHED_EXT',
};

/**
 * Whether a cgroup's quota counts for a thread of this policy: for those of the fair class it does, for real-time and
 * deadline ones it does not. undefined: nobody here knows.
 *
 * @see linux kernel/sched/fair.c:account_cfs_rq_runtime, kernel/sched/rt.c, kernel/sched/deadline.c
 */
export function isHeldByQuota(policy: number): boolean | undefined {
  if (policy === 0 || policy === 3 || policy === 5) return true;
  return policy === 1 || policy === 2 || policy === 6 ? false : undefined;
}

/** `SCHED_FIFO, priority 50`. */
export function policyText({ policy, priority }: Pick<ThreadStat, 'policy' | 'priority'>): string {
  const name = names[policy] ?? `number ${policy}`;
  return priority > 0 ? `${name}, priority ${priority}` : name;
}

/** What a thread of QEMU does, by the name that QEMU has given it. */
export type ThreadRole = 'vcpu' | 'iothread' | 'other';

/** @see qemu accel/tcg/tcg-accel-ops-mttcg.c, accel/kvm/kvm-accel-ops.c, iothread.c */
export function roleOf(name: string): ThreadRole {
  if (/^CPU \d+\//.test(name)) return 'vcpu';
  return name.startsWith('IO iothread') ? 'iothread' : 'other';
}

/**
 * Whether QEMU or the kernel begins such threads as they are needed: they stay in the group of the thread that did, a vCPU
 * or an I/O thread as well. @see qemu util/thread-pool.c, linux virt/kvm, kernel/vhost_task.c, io_uring/io-wq.c
 */
export function isWorker(name: string): boolean {
  return /^(?:worker$|pool-|iou-|kvm-|vhost-)/.test(name);
}

/** Whether it is the thread that a group of libvirt's is named for: `vcpu0`, `iothread1`. */
export function isNamesake(name: string, subject: string): boolean {
  const [, kind, id = ''] = /^([a-z]+)(\d+)$/.exec(subject) ?? [];
  if (kind === 'vcpu') return name.startsWith(`CPU ${id}/`);
  return kind === 'iothread' && name === `IO iothread${id}`.slice(0, 15);
}

import type { TcClass } from './tc-class.ts';
import type { TcFilter } from './tc-filter-list.ts';
import type { TcQdisc } from './tc-qdisc.ts';

/** What shapes the packets that a device sends: its root qdisc, and all that hangs on it. */
export interface TcTree {
  readonly qdiscs: readonly TcQdisc[];
  readonly classes: readonly TcClass[];
  /** Those of the root qdisc. */
  readonly filters: readonly TcFilter[];
}

/** The root qdisc. undefined: the device has none, as one that is down. */
export function rootOf({ qdiscs }: TcTree) {
  return qdiscs.find(one => one.parent === 'root');
}

/** The queues below the root; what is on ingress is not among them. */
export function queuesOf({ qdiscs }: TcTree) {
  return qdiscs.filter(one => one.parent !== 'root' && one.parent !== 'ffff:fff1');
}

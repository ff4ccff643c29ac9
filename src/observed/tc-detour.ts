import type { TcClass } from './tc-class.ts';
import type { TcFilter } from './tc-filter-list.ts';
import { bypassing, type TcQdisc } from './tc-qdisc.ts';

/** What is known of a device's root qdisc. */
export interface Shaping {
  readonly classes: readonly TcClass[];
  /** Absent: they could not be seen. */
  readonly qdiscs?: readonly TcQdisc[];
  /** Those of the root qdisc; absent: they were not looked at, for there is no other class to send packets to. */
  readonly filters?: readonly TcFilter[];
}

/** What sends packets past class 1:1, and which of tc's answers tells so. */
export interface Detour {
  readonly by: 'qdiscs' | 'classes' | 'filters';
  /** tc's lines. */
  readonly text: string;
}

/**
 * Whether packets go past class 1:1: into another qdisc, to where the first filter that takes all of them sends them, else
 * to the default class. That has to be a leaf: with a class below it, htb sends what no filter has classified without any
 * limit.
 *
 * @see linux net/sched/sch_htb.c:htb_classify
 */
export function detourOf({ classes, qdiscs = [], filters = [] }: Shaping): Detour | undefined {
  const first = qdiscs.some(isInAnother) ? undefined : filters.find(takesAll);
  if (first !== undefined) {
    return isBelow(first.classid, classes) ? undefined : { by: 'filters', text: first.text };
  }
  const root = qdiscs.find(isInAnother) ?? bypassing(qdiscs);
  if (root !== undefined) return { by: 'qdiscs', text: root.text };
  const child = classes.find(one => one.parent === '1:1');
  return child && { by: 'classes', text: child.text };
}

/** An htb that is a class's of another qdisc, which has other classes too. With `-r` its handle is longer. */
function isInAnother({ kind, handle, parent }: TcQdisc): boolean {
  return kind === 'htb' && /^1:(?:\[|$)/.test(handle) && parent !== 'root';
}

/** Whether there are classes besides 1:1 (and Open vSwitch's own) that a filter could send packets to. */
export function mayDetour(classes: readonly TcClass[]): boolean {
  return classes.some(({ handle }) => handle !== '1:1') && !classes.some(one => one.handle === '1:fffe');
}

/** One of IPv4 or IPv6 alone takes most of what there is. */
function takesAll({ kind, protocol, text }: TcFilter): boolean {
  if (!['all', 'ip', 'ipv6'].includes(protocol)) return false;
  const matches = text.split('\n').filter(line => line.startsWith('match '));
  return (
    kind === 'matchall' ||
    (kind === 'u32' && matches.every(line => line.startsWith('match 00000000/00000000')))
  );
}

/** Class 1:1 as long as it is a leaf, else one below it that may send no more by itself. */
function isBelow(classid: string | undefined, classes: readonly TcClass[]): boolean {
  const limit = classes.find(one => one.handle === '1:1');
  const chosen = classes.find(one => one.handle === classid?.replace(/^:/, '1:'));
  if (limit === undefined || chosen === undefined) return false;
  if (chosen === limit) return !classes.some(one => one.parent === '1:1');
  return chosen.parent === '1:1' && (chosen.rateBps ?? 0) <= (limit.rateBps ?? 0);
}

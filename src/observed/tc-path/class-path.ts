import type { TcClass } from '../tc-class.ts';
import type { TcQdisc } from '../tc-qdisc.ts';
import {
  type ClassTree,
  classLimit,
  type Destination,
  destinationsIn,
  EGRESS,
  FILTERS,
  lineage,
} from './destinations.ts';
import { dropped } from './dropped.ts';
import { packetsOf } from './family.ts';
import { type PathBreak, type PathPart, staysWithin } from './path.ts';

import { type QueueRate, queueRate } from './queue.ts';
import { nameOf, type TcRule } from './rule.ts';

/**
 * What keeps an htb class from being the limit of what a device sends. undefined: every packet goes to it, or to classes
 * below it that let no more through, or to others that come to next to nothing.
 *
 * @param handle of the class: `1:1`
 * @see linux net/sched/sch_htb.c:htb_classify
 */
export function classPath(tree: ClassTree, handle: string): PathBreak | undefined {
  const target = tree.classes.find(one => one.handle === handle);
  if (target === undefined) return undefined;
  const { qdiscs } = tree;
  if (qdiscs === undefined) return unread('qdiscs', 'the queueing disciplines of the device were not read');
  const root = qdiscs.find(one => one.kind === 'htb' && /^1:(?:\[|$)/.test(one.handle));
  if (root === undefined) return unread('qdiscs', 'no htb qdisc 1: is told of, which it would be a class of');
  if (root.parent !== 'root') {
    return {
      how: 'past',
      part: 'qdiscs',
      why: 'its qdisc is that of a class of another one, which has others',
      text: root.text,
    };
  }
  if (tree.filters === undefined) return unread('filters', FILTERS);
  if (tree.egress === undefined) return unread('egress', EGRESS);
  const all = destinationsIn(tree, root);
  if (typeof all === 'string') return unread('filters', all);
  const through = all.filter(({ to }) => to !== 'nowhere');
  return (
    pastBy(through, target, tree) ??
    dropped(all.map(one => ({ ...one, isDropped: one.to === 'nowhere' }))) ??
    stricterBelow(through, target, tree) ??
    unseenTraffic(root, target)
  );
}

function unread(part: PathPart, why: string): PathBreak {
  return { how: 'unknown', part, why, text: '' };
}

function isWithin(one: TcClass, target: TcClass, classes: readonly TcClass[]): boolean {
  return lineage(one, classes).some(({ handle }) => handle === target.handle);
}

/** What a destination lets through beside the target: 0 when it is part of it. */
function besideBps({ to }: Destination, target: TcClass, classes: readonly TcClass[]): number {
  if (typeof to !== 'object') return Number.POSITIVE_INFINITY;
  return isWithin(to, target, classes) ? 0 : classLimit(to, classes);
}

function pastBy(all: readonly Destination[], target: TcClass, { classes }: ClassTree): PathBreak | undefined {
  const limit = classLimit(target, classes);
  const isIn = ({ to }: Destination) => typeof to === 'object' && isWithin(to, target, classes);
  const isMet = all.some(isIn);
  const sum = (some: readonly Destination[]) => {
    const rates = new Map(
      some.map(one => [typeof one.to === 'object' ? one.to.handle : one.to, besideBps(one, target, classes)]),
    );
    return [...rates.values()];
  };
  const sure = all.filter(one => one.doubt === undefined && one.to !== 'lost');
  if (!staysWithin(limit, sum(sure), isMet)) {
    const worst = [...sure].sort(
      (one, other) => besideBps(other, target, classes) - besideBps(one, target, classes),
    )[0];
    return worst && pastAt(worst, target, classes, isMet);
  }
  const [instead] = sure;
  if (!sure.some(isIn) && instead !== undefined) return elsewhere(instead, classes);
  const below = guaranteedBelow(sure, target, classes);
  if (below !== undefined) return below;
  if (staysWithin(limit, sum(all), isMet)) return undefined;
  const open = all.find(
    one => (one.doubt !== undefined || one.to === 'lost') && besideBps(one, target, classes) > 0,
  );
  if (open === undefined) return undefined;
  const why =
    open.doubt === undefined
      ? 'where packets go is not known'
      : `${nameOf(open.doubt.rule)}: ${open.doubt.why}`;
  return {
    how: 'unknown',
    why,
    part: open.part,
    text: open.text,
    ...filterOf(open.doubt?.rule ?? open.rule),
  };
}

function pastAt(worst: Destination, target: TcClass, classes: readonly TcClass[], isMet: boolean): PathBreak {
  const { to, rule, families, part, text } = worst;
  const rateBps = besideBps(worst, target, classes);
  const where = typeof to === 'object' ? `class ${to.handle} (${rateBps} B/s)` : 'no class';
  const which = isMet ? `${rule?.takes === 'some' ? 'some ' : ''}${packetsOf(families)}` : 'every packet';
  const by = rule === undefined ? 'by default' : `by the ${nameOf(rule)}`;
  return {
    ...{ how: 'past', part, text, ...filterOf(rule) },
    why: `${which} do not go to it: sent to ${where} ${by}`,
    ...(isMet && { isMet }),
    ...(Number.isFinite(rateBps) && { rateBps }),
  };
}

/** All packets go to another class, which lets next to nothing through. */
function elsewhere(one: Destination, classes: readonly TcClass[]): PathBreak {
  const { to, rule, part, text } = one;
  const rateBps = typeof to === 'object' ? classLimit(to, classes) : 0;
  const where = typeof to === 'object' ? `class ${to.handle}` : 'no class';
  const why = `no packet goes to it: ${where} lets ${rateBps} B/s through, which is less`;
  return { ...{ how: 'stricter', part, text, rateBps, why }, ...filterOf(rule) };
}

function filterOf(rule: TcRule | undefined): Pick<PathBreak, 'filter'> {
  return rule === undefined ? {} : { filter: { kind: rule.kind, pref: rule.pref, chain: rule.chain } };
}

/** A class sends at its own rate whatever the one above it has left. */
function guaranteedBelow(
  all: readonly Destination[],
  target: TcClass,
  classes: readonly TcClass[],
): PathBreak | undefined {
  const below = new Map(
    all.flatMap(({ to }) =>
      typeof to === 'object' && to !== target && isWithin(to, target, classes) ? [[to.handle, to]] : [],
    ),
  );
  const rateBps = [...below.values()].reduce((sum, one) => sum + (one.rateBps ?? 0), 0);
  const limit = classLimit(target, classes);
  const [first] = below.values();
  if (first === undefined || rateBps <= limit) return undefined;
  return {
    how: 'past',
    part: 'classes',
    text: first.text,
    rateBps,
    why: `classes below it are guaranteed ${rateBps} B/s, which is more`,
  };
}

/** Queues and classes below that let less through. Of Open vSwitch's port class that is what its queues are for. */
function stricterBelow(
  all: readonly Destination[],
  target: TcClass,
  { classes, qdiscs = [] }: ClassTree,
): PathBreak | undefined {
  const inside = all.flatMap(({ to }) =>
    typeof to === 'object' && isWithin(to, target, classes) ? [to] : [],
  );
  const limit = classLimit(target, classes);
  for (const one of inside) {
    const queue = qdiscs.find(({ parent }) => parent === one.handle);
    const rate: QueueRate = queue === undefined ? 'everything' : queueRate(queue);
    if (queue === undefined || rate === 'everything') continue;
    const place = { part: 'qdiscs', text: queue.text } as const;
    if (rate === 'unknown')
      return {
        ...place,
        how: 'unknown',
        why: `what the ${queue.kind} qdisc below class ${one.handle} lets through is not known`,
      };
    if (rate < limit)
      return {
        ...place,
        how: 'stricter',
        rateBps: rate,
        why: `the ${queue.kind} qdisc below class ${one.handle} lets ${rate} B/s through, which is less`,
      };
  }
  if (target.handle === '1:fffe' || inside.length === 0) return undefined;
  const sum = [...new Set(inside)].reduce(
    (total, one) => total + (one === target ? limit : classLimit(one, classes)),
    0,
  );
  const [first] = inside;
  if (first === undefined || sum >= limit) return undefined;
  return {
    how: 'stricter',
    part: 'classes',
    text: first.text,
    rateBps: sum,
    why: `the classes below it let ${sum} B/s through, which is less`,
  };
}

/** Packets that may have gone through while the class was made, as of a qdisc without one. */
const STRAY = 3;

/** Counters are a second witness: a qdisc that packets went through, and a class that saw none of them. */
function unseenTraffic({ counters, text }: TcQdisc, target: TcClass): PathBreak | undefined {
  const { packets = 0 } = counters ?? {};
  if (target.counters === undefined || target.counters.packets > 0 || packets <= STRAY) return undefined;
  return {
    ...{
      how: 'unknown',
      part: 'qdiscs',
      text: `${text}\n${counters?.text}\n${target.text}\n${target.counters.text}`,
    },
    why: `${packets} packets went through the root qdisc, and the class has counted none`,
  };
}

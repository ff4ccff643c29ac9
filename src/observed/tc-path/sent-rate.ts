import type { TcClass } from '../tc-class.ts';
import type { TcQdisc } from '../tc-qdisc.ts';
import { type ClassTree, classLimit, destinationsIn } from './destinations.ts';
import { familiesOf } from './family.ts';
import { hfscRate } from './hfsc.ts';
import { isOrdering, queueRate } from './queue.ts';
import { walk } from './walk.ts';

/** What a device lets out at most, as far as it can be told. */
export type SentRate =
  | { readonly is: 'everything'; readonly at: string }
  /** Everything passes all of these; `why` says what is to be known of them. */
  | { readonly is: 'rate'; readonly parts: readonly RatePart[]; readonly why?: string }
  /** Some packets pass these, others nothing. */
  | { readonly is: 'partial'; readonly parts: readonly RatePart[]; readonly why: string }
  | { readonly is: 'unknown'; readonly at: string; readonly why: string };

/** One limit that packets pass, in B/s. */
export interface RatePart {
  /** `class htb 1:1`, `qdisc tbf`. */
  readonly at: string;
  readonly bps: number;
}

function one(at: string, bps: number, why?: string): SentRate {
  return { is: 'rate', parts: [{ at, bps }], ...(why !== undefined && { why }) };
}

/** What the root qdisc of a device and all that hangs on it let through. */
export function sentRate(tree: ClassTree): SentRate {
  const { qdiscs } = tree;
  if (qdiscs === undefined)
    return { is: 'unknown', at: 'qdisc', why: 'the queueing disciplines were not read' };
  const root = qdiscs.find(({ parent }) => parent === 'root');
  if (root === undefined) return { is: 'everything', at: 'qdisc' };
  const at = `qdisc ${root.kind}`;
  if (root.kind === 'htb') return htbRate(tree, root);
  if (root.kind === 'hfsc') {
    const found = hfscRate(tree, root);
    return found.is === 'rate' ? one(at, found.bps) : { at, ...found };
  }
  if (isOrdering(root)) return orderingRate(tree, root);
  const rate = queueRate(root);
  if (rate === 'everything') return { is: 'everything', at };
  if (rate === 'unknown')
    return { is: 'unknown', at, why: `what a ${root.kind} qdisc lets through is not known` };
  return one(at, rate);
}

/** The sum of the queues below counts, where each has a limit: which of them packets go to is not told. */
function orderingRate({ qdiscs = [] }: ClassTree, { kind, handle }: TcQdisc): SentRate {
  const at = `qdisc ${kind}`;
  const major = /^[0-9a-f]*:/.exec(handle)?.[0] ?? '';
  const below = qdiscs.filter(one => one.parent !== 'root' && one.parent.startsWith(major));
  if (below.every(one => queueRate(one) === 'everything')) return { is: 'everything', at };
  return {
    is: 'unknown',
    at,
    why: `which queue of ${kind} packets go to is not read, and not all are without a limit`,
  };
}

function htbRate(tree: ClassTree, root: TcQdisc): SentRate {
  const all = destinationsIn(tree, root);
  if (typeof all === 'string') return { is: 'unknown', at: 'qdisc htb', why: all };
  const sure = all.filter(one => one.doubt === undefined && one.to !== 'nowhere');
  const direct = sure.find(one => one.to === 'direct');
  if (direct !== undefined && sure.every(one => one.to === 'direct'))
    return { is: 'everything', at: 'qdisc htb' };
  const reached = new Set(sure.map(one => one.to));
  // A mark that leads where all packets go anyway makes no difference.
  const isOpen = ({ to, doubt }: (typeof all)[number]) =>
    to === 'nowhere' ? doubt !== undefined : to === 'lost' || !reached.has(to);
  const lost = all.find(isOpen);
  if (lost !== undefined) {
    return { is: 'unknown', at: 'qdisc htb', why: lost.doubt?.why ?? 'where packets go is not known' };
  }
  const leaves = [...reached].filter(to => typeof to === 'object');
  if (leaves.length === 0) return one('qdisc htb', 0, 'a filter drops every packet');
  const limits = leaves.map(leaf => partsOf(leaf, tree));
  if (direct !== undefined) {
    const parts = limits.flatMap(found => found.filter(({ bps }) => bps >= 0));
    return { is: 'partial', parts, why: 'some packets go past all classes' };
  }
  const open = limits.find(parts => parts.some(part => part.bps < 0));
  if (open !== undefined) {
    return { is: 'unknown', at: open[1]?.at ?? '', why: 'what it lets through is not known' };
  }
  if (limits.length === 1) return { is: 'rate', parts: limits[0] ?? [] };
  const bps = limits.reduce((sum, parts) => sum + Math.min(...parts.map(part => part.bps)), 0);
  return one(`${limits.length} classes of htb`, bps, 'all of them together');
}

/** A leaf class and the queue below it; a queue of which nothing is known has a negative rate. */
function partsOf(leaf: TcClass, { classes, qdiscs = [] }: ClassTree): readonly RatePart[] {
  const above = leaf.parent === undefined ? '' : ` parent ${leaf.parent}`;
  const own = { at: `class htb ${leaf.handle}${above}`, bps: classLimit(leaf, classes) };
  const queue = qdiscs.find(({ parent }) => parent === leaf.handle);
  const rate = queue === undefined ? 'everything' : queueRate(queue);
  if (queue === undefined || rate === 'everything') return [own];
  return [own, { at: `qdisc ${queue.kind} of class ${leaf.handle}`, bps: rate === 'unknown' ? -1 : rate }];
}

/** What the filters of `clsact` let out: nothing of it, all of it, or what their policers do. */
export function egressRate({ egress }: ClassTree): SentRate | undefined {
  if (egress === undefined) return { is: 'unknown', at: 'clsact', why: 'its filters were not read' };
  if (egress.length === 0) return undefined;
  const ends = walk(egress, { families: familiesOf('all'), met: [] });
  const out = ends.filter(one => one.fate === 'accepted');
  const away = ends.find(one => one.fate === 'left');
  // What another device is given may come back from it, as from an ifb.
  if (away !== undefined)
    return { is: 'unknown', at: 'clsact', why: 'a filter sends packets to another device' };
  const lost = ends.find(one => one.fate === 'unknown' || one.packets.doubt !== undefined);
  if (lost !== undefined)
    return { is: 'unknown', at: 'clsact', why: lost.packets.doubt?.why ?? 'what a filter does is not known' };
  if (out.length === 0) return one('clsact', 0, 'a filter lets no packet out');
  const rates = out.map(({ packets }) =>
    Math.min(...packets.met.map(one => one.police.words.rateBps ?? Number.POSITIVE_INFINITY)),
  );
  const bps = rates.reduce((sum, one) => sum + one, 0);
  return Number.isFinite(bps) ? one('clsact police', bps) : undefined;
}

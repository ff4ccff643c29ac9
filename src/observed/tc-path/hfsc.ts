import { htbDefault, type TcQdisc } from '../tc-qdisc.ts';
import { parseTcRate } from '../tc-quantity.ts';
import type { ClassTree } from './destinations.ts';
import { queueRate } from './queue.ts';

/** A class of hfsc: only its upper limit (`ul`) holds anything back, what it shares of the link does not. */
export interface HfscClass {
  readonly handle: string;
  readonly parent: string;
  /** B/s; absent: it has none. */
  readonly upperBps?: number;
}

/**
 * The hfsc classes in tc's text: `class hfsc 1:1 parent 1: sc m1 0bit d 0us m2 900Mbit ul m1 0bit d 0us m2 262144Kbit`.
 * In JSON iproute2 leaves their rates out. @see iproute2 tc/q_hfsc.c:hfsc_print_class_opt
 */
export function parseHfscClasses(answer: string): readonly HfscClass[] {
  return answer.split('\n').flatMap((line): readonly HfscClass[] => {
    const match = /^class hfsc (\S+) parent (\S+)(.*)$/.exec(line.trim());
    if (match === null) return [];
    const [, handle = '', parent = '', curves = ''] = match;
    const upper = /(?:^| )ul m1 (\S+) d \S+ m2 (\S+)/.exec(curves);
    const rates = upper === null ? [] : [parseTcRate(upper[1] ?? ''), parseTcRate(upper[2] ?? '')];
    const upperBps = rates[1];
    return [{ handle, parent, ...(upperBps !== undefined && { upperBps }) }];
  });
}

type Rate =
  | { readonly is: 'everything' }
  | { readonly is: 'rate'; readonly bps: number }
  | { readonly is: 'unknown'; readonly why: string };

/** What hfsc lets through where no filter sends packets elsewhere: the least of its default class and those above. */
export function hfscRate({ hfsc = [], filters, egress, qdiscs = [] }: ClassTree, root: TcQdisc): Rate {
  if (filters === undefined || egress === undefined)
    return { is: 'unknown', why: 'its filters were not read' };
  if (filters.length > 0)
    return { is: 'unknown', why: 'which class of hfsc its filters send packets to is not followed' };
  const minor = htbDefault(root);
  const leaf = hfsc.find(one => minor !== undefined && one.handle === `1:${minor.toString(16)}`);
  if (leaf === undefined) return { is: 'unknown', why: 'its default class is not told of' };
  const own: number[] = [];
  for (let one: HfscClass | undefined = leaf, depth = 0; one !== undefined && depth < 16; depth += 1) {
    if (one.upperBps !== undefined) own.push(one.upperBps);
    const above: string = one.parent;
    one = hfsc.find(other => other.handle === above && other !== one);
  }
  const queue = qdiscs.find(({ parent }) => parent === leaf.handle);
  const below = queue === undefined ? 'everything' : queueRate(queue);
  if (below === 'unknown')
    return { is: 'unknown', why: `what the ${queue?.kind} qdisc below it lets through is not known` };
  if (below !== 'everything') own.push(below);
  return own.length === 0 ? { is: 'everything' } : { is: 'rate', bps: Math.min(...own) };
}

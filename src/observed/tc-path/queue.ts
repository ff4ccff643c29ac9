import type { TcQdisc } from '../tc-qdisc.ts';
import { parseTcRate } from '../tc-quantity.ts';

/** Queues that decide in which order packets go and which are dropped when they are full, and limit no rate. */
const PLAIN = new Set([
  ...[
    'pfifo',
    'bfifo',
    'pfifo_fast',
    'pfifo_head_drop',
    'sfq',
    'fq_codel',
    'codel',
    'pie',
    'fq_pie',
    'noqueue',
  ],
  ...['red', 'choke', 'sfb', 'hhf', 'skbprio'],
]);

/** Qdiscs that hand each packet to one of the queues below, in some order, and limit no rate. */
const ORDERING = new Set(['prio', 'mq', 'multiq', 'drr', 'qfq', 'ets', 'mqprio']);

/** What a queue lets through: B/s, everything, or what is not known. */
export type QueueRate = number | 'everything' | 'unknown';

/**
 * What a qdisc without classes of its own lets through. @see iproute2 tc/q_tbf.c, q_cake.c, q_netem.c, q_fq.c:
 * what they print of their rate
 */
export function queueRate({ kind, options }: TcQdisc): QueueRate {
  if (PLAIN.has(kind)) return 'everything';
  const word = (name: string) => new RegExp(`(?:^| )${name} (\\S+)`).exec(options)?.[1];
  switch (kind) {
    case 'tbf':
      return parseTcRate(word('rate') ?? '') ?? 'unknown';
    case 'cake':
      if (/(?:^| )autorate-ingress(?: |$)/.test(options)) return 'unknown';
      return word('bandwidth') === 'unlimited'
        ? 'everything'
        : (parseTcRate(word('bandwidth') ?? '') ?? 'unknown');
    case 'fq':
      // A rate of each flow, of which there may be any number.
      return word('maxrate') === undefined ? 'everything' : 'unknown';
    case 'netem':
      return netemRate(options, word('rate'));
    case 'blackhole':
      return 0;
    default:
      return 'unknown';
  }
}

/** Delay alone keeps back no rate for good; what it loses or corrupts it does. */
function netemRate(options: string, rate: string | undefined): QueueRate {
  const known =
    /^limit \d+(?: delay [\d.]+[mu]?s(?: {1,2}[\d.]+[mu]?s(?: [\d.]+%)?)?)?(?: rate \S+)?(?: seed \d+)?$/;
  if (!known.test(options.trim())) return 'unknown';
  return rate === undefined ? 'everything' : (parseTcRate(rate) ?? 'unknown');
}

/** Whether a qdisc only orders what is below it. */
export function isOrdering({ kind }: TcQdisc): boolean {
  return ORDERING.has(kind);
}

import { parseTcRate, parseTcSize } from '../tc-quantity.ts';

/** What tc says of a policer. */
export interface PoliceWords {
  /** `0x4d`: filters with the same one share its bucket. */
  readonly index: string;
  readonly rateBps?: number;
  readonly burstBytes?: number;
  /** The kernel's own figure for the burst, 64 ns each; only in raw output (`-r`). */
  readonly burstTicks?: number;
  /** Larger packets are dropped whatever the rate. */
  readonly mtuBytes?: number;
  /** What happens above the rate: `drop`, `drop/continue`, … */
  readonly action?: string;
  /** What else there is that makes it another limit than its rate and burst: `peakrate 2Mbit`, `linklayer atm`. */
  readonly more: readonly string[];
}

/** Words that stand for "nothing more": what every policer is printed with. */
const PLAIN = new Set(['overhead 0b', 'linklayer ethernet', 'linklayer unspec', 'mpu 0b']);
const KEYS = new Set([
  ...['rate', 'burst', 'mtu', 'action', 'overhead', 'linklayer', 'mpu'],
  ...['peakrate', 'avrate', 'pkts_rate', 'pkts_burst'],
]);

/**
 * `police 0x2 rate 10Mbit burst 100Kb mtu 64Kb [00138800] action drop/pipe overhead 0b linklayer ethernet`; undefined:
 * there is a word in it that is not known. @see iproute2 tc/m_police.c:print_police
 */
export function parsePolice(text: string): PoliceWords | undefined {
  const [, index = '', ...rest] = text.trim().split(/\s+/);
  if (!/^0x[0-9a-f]{1,8}$/.test(index)) return undefined;
  const found = new Map<string, string>();
  for (let at = 0; at < rest.length; ) {
    const word = rest[at] ?? '';
    const ticks = /^\[([0-9a-f]{8})\]$/.exec(word)?.[1];
    if (ticks === undefined && !KEYS.has(word)) return undefined;
    // `action goto chain 5` is the only one of three words.
    const length = word === 'action' && rest[at + 1] === 'goto' ? 4 : ticks === undefined ? 2 : 1;
    found.set(ticks === undefined ? word : 'ticks', ticks ?? rest.slice(at + 1, at + length).join(' '));
    at += length;
  }
  return wordsOf(index, found);
}

function wordsOf(index: string, found: ReadonlyMap<string, string>): PoliceWords {
  const ticks = found.get('ticks');
  const action = found.get('action');
  const more = [...found]
    .filter(([key]) => !['rate', 'burst', 'mtu', 'action', 'ticks'].includes(key))
    .map(([key, value]) => `${key} ${value}`)
    .filter(words => !PLAIN.has(words));
  return {
    index,
    ...quantity('rateBps', parseTcRate(found.get('rate') ?? '')),
    ...quantity('burstBytes', parseTcSize(found.get('burst') ?? '')),
    ...quantity('burstTicks', ticks === undefined ? undefined : Number.parseInt(ticks, 16)),
    ...quantity('mtuBytes', parseTcSize(found.get('mtu') ?? '')),
    ...(action !== undefined && { action }),
    more,
  };
}

function quantity<Name extends string>(name: Name, value: number | undefined): Partial<Record<Name, number>> {
  return value === undefined ? {} : ({ [name]: value } as Record<Name, number>);
}

import { isObject } from './json.ts';
import { parseTcCounters, type TcCounters } from './tc-counters.ts';
import { parseTcRate, parseTcSize } from './tc-quantity.ts';

/** An htb class as tc shows it. What tc did not show is left out. */
export interface TcClass {
  /** `1:1`. */
  readonly handle: string;
  /** `1:fffe`; absent for a class right below the qdisc. */
  readonly parent?: string;
  /** All rates in B/s, sizes in bytes. */
  readonly rateBps?: number;
  readonly ceilBps?: number;
  readonly burstBytes?: number;
  readonly cburstBytes?: number;
  /** Of a leaf: 0 is served first, 7 last. */
  readonly priority?: number;
  /** Of a leaf, in bytes; only in detailed output (`-d`). */
  readonly quantum?: number;
  /** What went through it; only in text, and when asked for with `-s`. */
  readonly counters?: TcCounters;
  /** What tc said of it. */
  readonly text: string;
}

/**
 * The htb classes in the answer to `tc -j class show dev …`: JSON from iproute2 6.2 on, text before, although `-j` was
 * asked. Other kinds of classes are skipped.
 *
 * @throws SyntaxError when it begins as JSON and is none
 */
export function parseTcClasses(answer: string): readonly TcClass[] {
  const text = answer.trim();
  return text.startsWith('[') ? fromJson(text) : fromText(text);
}

/** Of other kinds of classes (hfsc) iproute2 6.15 writes no JSON: `{"class":"hfsc",…,"parent":"1:"sc d 0us }`. */
const brokenOther = /^\{"class":"(?!htb")[a-z_]{1,15}",[^{}]*\}$/;

function entriesOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const entries = text.endsWith(']') ? text.slice(1, -1).split(/,(?=\{"class":")/) : [text];
    const whole = entries.filter(entry => !brokenOther.test(entry));
    if (whole.length === entries.length) throw error;
    return whole.map(entry => JSON.parse(entry));
  }
}

function fromJson(text: string): readonly TcClass[] {
  const entries = entriesOf(text);
  if (!Array.isArray(entries)) return [];
  return entries
    .filter(isObject)
    .filter(entry => entry.class === 'htb' && typeof entry.handle === 'string')
    .map(entry => ({
      handle: String(entry.handle),
      ...(typeof entry.parent === 'string' && { parent: entry.parent }),
      ...number('rateBps', entry.rate),
      ...number('ceilBps', entry.ceil),
      ...number('burstBytes', entry.burst),
      ...number('cburstBytes', entry.cburst),
      ...number('priority', entry.prio),
      ...number('quantum', entry.quantum),
      text: JSON.stringify(entry),
    }));
}

/** `class htb 1:1 parent 1:fffe leaf 2: prio 0 rate 8Mbit ceil 16Mbit burst 1Mb cburst 1600b` */
function fromText(text: string): readonly TcClass[] {
  const classes: TcClass[] = [];
  for (const raw of text.split('\n')) {
    const line = raw.trim();
    const counters = parseTcCounters(line);
    const last = classes.at(-1);
    if (line.startsWith('class ')) classes.push(classOf(line));
    else if (counters !== undefined && last !== undefined && last.counters === undefined) {
      classes.splice(-1, 1, { counters, ...last });
    }
  }
  return classes.filter(one => one.text.startsWith('class htb '));
}

function classOf(line: string): TcClass {
  const words = line.split(/\s+/);
  const after = (key: string) => words[words.indexOf(key, 3) + 1] ?? '';
  return {
    handle: words[2] ?? '',
    ...(words[3] === 'parent' && { parent: words[4] ?? '' }),
    ...number('rateBps', parseTcRate(after('rate'))),
    ...number('ceilBps', parseTcRate(after('ceil'))),
    ...number('burstBytes', parseTcSize(after('burst'))),
    ...number('cburstBytes', parseTcSize(after('cburst'))),
    ...number('priority', count(after('prio'))),
    ...number('quantum', count(after('quantum'))),
    text: line,
  };
}

function count(text: string): number | undefined {
  return /^[0-9]{1,10}$/.test(text) ? Number(text) : undefined;
}

function number<Name extends string>(name: Name, value: unknown): Partial<Record<Name, number>> {
  return typeof value === 'number' ? ({ [name]: value } as Record<Name, number>) : {};
}

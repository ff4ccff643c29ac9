import { parseTcCounters, type TcCounters } from './tc-counters.ts';

/** A queueing discipline as tc shows it. */
export interface TcQdisc {
  /** `htb`, `fq_codel`, `ingress`, … */
  readonly kind: string;
  /** `1:`; `0:` is one that the kernel chose itself. */
  readonly handle: string;
  /** `root`, or the class that it is the queue of: `1:10`, `ffff:fff1` for ingress. */
  readonly parent: string;
  /** What else tc says of it, in its words: `limit 10240p flows 1024 …`. */
  readonly options: string;
  /** What went through it; only when asked for with `-s`. */
  readonly counters?: TcCounters;
  /** tc's line. */
  readonly text: string;
}

/** The qdiscs in the answer to `tc -d qdisc show dev …`, in its order. Lines that are no qdiscs are skipped. */
export function parseTcQdiscs(answer: string): readonly TcQdisc[] {
  const qdiscs: TcQdisc[] = [];
  for (const raw of answer.split('\n')) {
    const line = raw.trim();
    const counters = parseTcCounters(line);
    const last = qdiscs.at(-1);
    if (line.startsWith('qdisc ')) qdiscs.push(qdiscOf(line));
    else if (counters !== undefined && last !== undefined && last.counters === undefined) {
      qdiscs.splice(-1, 1, { counters, ...last });
    }
  }
  return qdiscs.filter(qdisc => qdisc.parent !== '');
}

function qdiscOf(text: string): TcQdisc {
  const [, kind = '', handle = '', place = '', ...rest] = text.split(/ +/);
  const [parent = '', ...words] = place === 'parent' ? rest : [place === 'root' ? place : '', ...rest];
  // How many refer to it depends on the device, not on what it is.
  const options = words[0] === 'refcnt' ? words.slice(2) : words;
  return { kind, handle, parent, options: options.join(' '), text };
}

/** The minor number of an htb qdisc's default class: `0x40`. 0 stands for none; undefined when tc does not say. */
export function htbDefault({ options }: TcQdisc): number | undefined {
  const minor = /(?:^| )default (?:0x)?([0-9a-f]{1,4})(?: |$)/.exec(options)?.[1];
  return minor === undefined ? undefined : Number.parseInt(minor, 16);
}

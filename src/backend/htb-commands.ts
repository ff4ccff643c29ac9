import { type HtbFilter, leafFilters, matchWords } from './htb-filters.ts';
import type { HtbLeaf, HtbTree } from './htb-tree.ts';

/** A line for `tc -batch`, as its words; put `tc` before it for a command. */
export type TcLine = readonly string[];

/** What tc is told of a class. */
export interface ClassWords {
  /** `1:` for one right below the qdisc. */
  readonly parent: string;
  readonly classid: string;
  readonly rateBps: number;
  readonly ceilBps: number;
  readonly burstBytes: number;
  readonly cburstBytes: number;
  /** Absent: it is no leaf. */
  readonly priority?: number;
  /** Absent: tc's own, of which the kernel complains at high rates. */
  readonly quantum?: number;
}

/** What builds a tree on an uplink that has none, in this order. */
export function setUpLines(tree: HtbTree): readonly TcLine[] {
  const { uplink, leaves, defaultClassid } = tree;
  return [
    rootLine(uplink, Number.parseInt(minorOf(defaultClassid), 16)),
    classLine(uplink, 'add', linkWords(tree)),
    ...leaves.flatMap(leaf => [
      classLine(uplink, 'add', leafWords(tree, leaf)),
      leafQdiscLine(uplink, 'add', leaf),
    ]),
    ...leaves.flatMap(leaf => leafFilters(leaf).map(filter => filterLine(uplink, 'add', filter))),
  ];
}

/** What takes the whole tree away; the kernel's own qdisc comes back. */
export function tearDownLines({ uplink }: Pick<HtbTree, 'uplink'>): readonly TcLine[] {
  return [['qdisc', 'del', 'dev', uplink, 'root']];
}

/** @param minor of the default class; 0: none */
export function rootLine(uplink: string, minor: number): TcLine {
  return ['qdisc', 'add', 'dev', uplink, 'root', 'handle', '1:', 'htb', 'default', minor.toString(16)];
}

/** The class of the link. */
export function linkWords({ link }: HtbTree): ClassWords {
  return { ...link, parent: '1:', quantum: mostQuantum };
}

/** The class of a leaf. */
export function leafWords({ link }: HtbTree, leaf: HtbLeaf): ClassWords {
  return { ...leaf, parent: link.classid, priority: leaf.of.priority };
}

/** The most that the kernel does not complain about. It counts for leaves alone. @see linux net/sched/sch_htb.c:htb_change_class */
const mostQuantum = 60_000;

/** A class, added or changed in place: what it queues stays. */
export function classLine(uplink: string, verb: 'add' | 'change', node: ClassWords): TcLine {
  const { parent, classid, rateBps, ceilBps, burstBytes, cburstBytes, priority, quantum } = node;
  return [
    ...['class', verb, 'dev', uplink, 'parent', parent, 'classid', classid, 'htb'],
    ...['rate', `${rateBps}bps`, 'ceil', `${ceilBps}bps`],
    ...['burst', String(burstBytes), 'cburst', String(cburstBytes)],
    ...(priority === undefined ? [] : ['prio', String(priority)]),
    ...(quantum === undefined ? [] : ['quantum', String(quantum)]),
  ];
}

/** What queues the packets of a leaf. */
export function leafQdiscLine(uplink: string, verb: 'add' | 'del', leaf: HtbLeaf): TcLine {
  const place = ['qdisc', verb, 'dev', uplink, 'parent', leaf.classid, 'handle', leaf.handle];
  return verb === 'del' ? place : [...place, ...qdiscWords[leaf.of.leaf]];
}

/** sfq hashes flows into queues, and changes the hash every 10 s so that two flows do not collide for ever. */
const qdiscWords = { sfq: ['sfq', 'perturb', '10'], fq_codel: ['fq_codel'] } as const;

/** @param handle of one among those of its preference, as tc writes it; absent: the next that is free */
export function filterLine(
  uplink: string,
  verb: 'add' | 'change' | 'del',
  { protocol, pref, keys, classid }: HtbFilter,
  handle?: string,
): TcLine {
  return [
    ...['filter', verb, 'dev', uplink, 'parent', '1:', 'protocol', protocol, 'pref', String(pref)],
    ...(handle === undefined ? [] : ['handle', handle]),
    'flower',
    ...(verb === 'del' ? [] : [...matchWords(keys), 'classid', classid]),
  ];
}

/** `40` of `1:40`, hexadecimal. */
export function minorOf(classid: string): string {
  return classid.slice(classid.indexOf(':') + 1);
}

import { isFilterPlace, matchWords } from '../backend/htb-filters.ts';
import type { TcFilter } from '../observed/tc-filter-list.ts';
import { htbDefault, type TcQdisc } from '../observed/tc-qdisc.ts';
import { queuesOf, rootOf, type TcTree } from '../observed/tc-tree.ts';

/** The knob of a device's root qdisc. */
export const rootKnob = 'qdisc root';

/** `class htb 1:10` */
export function classKnob(classid: string): string {
  return `class htb ${classid}`;
}

/** `qdisc at 1:10`: the queue of a class. */
export function queueKnob(classid: string): string {
  return `qdisc at ${classid}`;
}

/** `filter ip pref 10 flower ip_tos 0xb8/0xfc` */
export function filterKnob(filter: {
  readonly protocol: string;
  readonly pref: number;
  readonly keys: TcFilter['keys'];
}): string {
  const { protocol, pref, keys } = filter;
  return ['filter', protocol, 'pref', pref, 'flower', ...matchWords(keys)].join(' ');
}

/** The knob of a filter that was found, whoever's it is. */
export function foundFilterKnob(filter: TcFilter): string {
  const keys = ourKeys(filter);
  if (keys !== undefined) return filterKnob({ ...filter, keys });
  return `filter ${filter.protocol} pref ${filter.pref} ${filter.kind} ${filter.handle}`;
}

/** `0x40` */
export function defaultText(minor: number): string {
  return `0x${minor.toString(16)}`;
}

/** What the root qdisc of a device holds. */
export function rootValues(root: TcQdisc) {
  const { kind, handle, options } = root;
  const minor = htbDefault(root);
  if (kind !== 'htb') return { kind, handle, options };
  return { kind, handle, ...(minor !== undefined && { default: defaultText(minor) }) };
}

/** What a flower filter of a profile matches, as it is told to tc. undefined: it is no filter of a profile. */
export function ourKeys({ kind, protocol, pref, keys, acts }: TcFilter): TcFilter['keys'] | undefined {
  if (kind !== 'flower' || acts || !isFilterPlace(protocol, pref)) return undefined;
  const { eth_type: _, ...match } = keys;
  const names = Object.keys(match).join();
  if (names === 'ip_proto,dst_port') return match;
  const tos = names === 'ip_tos' ? /^(0x[0-9a-f]+|\d+)\/(?:0x)?fc$/.exec(match.ip_tos ?? '')?.[1] : undefined;
  return tos === undefined ? undefined : { ip_tos: `0x${Number(tos).toString(16)}/0xfc` };
}

/** Kinds of qdiscs without classes that can be made anew from what tc shows of them. */
export const classlessKinds: ReadonlySet<string> = new Set([
  ...['noqueue', 'pfifo_fast', 'fq_codel', 'sfq', 'pfifo', 'bfifo', 'tbf'],
]);

/**
 * Whether a tree is one that a profile could have made: nothing in tc says whose it is, but hardly anybody else's has
 * its classes and filters, and no others. What queues may have been changed by anybody.
 */
export function isProfileTree(tree: TcTree): boolean {
  const root = rootOf(tree);
  if (root?.kind !== 'htb' || root.handle !== '1:') return false;
  const [links, others] = [tree.classes.filter(isLink), tree.classes.filter(one => !isLink(one))];
  const leaves = new Set(others.map(one => one.handle));
  return (
    links.length === 1 &&
    others.every(({ handle, parent }) => parent === '1:1' && /^1:[1-9][0-9]?0$/.test(handle)) &&
    queuesOf(tree).every(({ kind, parent }) => leaves.has(parent) && classlessKinds.has(kind)) &&
    tree.filters.every(filter => ourKeys(filter) !== undefined)
  );
}

function isLink({ handle, parent }: TcTree['classes'][number]): boolean {
  return handle === '1:1' && parent === undefined;
}

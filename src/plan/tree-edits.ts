import {
  type ClassWords,
  classLine,
  filterLine,
  leafQdiscLine,
  leafWords,
  linkWords,
  type TcLine,
} from '../backend/htb-commands.ts';
import { type HtbFilter, htbFilters } from '../backend/htb-filters.ts';
import type { HtbLeaf, HtbTree } from '../backend/htb-tree.ts';
import { queuesOf, type TcTree } from '../observed/tc-tree.ts';
import type { TcRounding } from '../units.ts';
import { classKnob, filterKnob, foundFilterKnob, queueKnob } from '../verify/htb-knobs.ts';
import type { TcEdit } from './tc-op.ts';
import { foundClassLine, foundFilterLine, foundQueueLine } from './tree-lines.ts';

/** A profile's tree as it was found, and what of it does not hold. */
export interface FoundTree {
  readonly tree: TcTree;
  /** Names of knobs: `class htb 1:10`. */
  readonly broken: ReadonlySet<string>;
  /** How this host's tc rounds a burst. */
  readonly rounding: TcRounding;
}

/**
 * What makes a profile's tree into another one where it stands. Nothing is taken away before what replaces it is there,
 * and what holds is not touched: at no moment is anything unshaped, and counters go on.
 */
export function treeEdits(wanted: HtbTree, found: FoundTree): readonly TcEdit[] {
  const { leaves } = wanted;
  return [
    ...classEdits(wanted.uplink, linkWords(wanted), found),
    ...leaves.flatMap(leaf => [
      ...classEdits(wanted.uplink, leafWords(wanted, leaf), found),
      ...queueEdits(wanted.uplink, leaf, found),
    ]),
    ...filterEdits(wanted, found),
    ...goneFilters(wanted, found),
    ...goneClasses(wanted, found),
  ];
}

function classEdits(
  dev: string,
  words: ClassWords,
  { tree, broken, rounding }: FoundTree,
): readonly TcEdit[] {
  const { classid } = words;
  if (!broken.has(classKnob(classid))) return [];
  const before = tree.classes.find(one => one.handle === classid);
  if (before === undefined) return [{ line: classLine(dev, 'add', words), undo: [delClass(dev, classid)] }];
  return [{ line: classLine(dev, 'change', words), undo: [foundClassLine(dev, 'change', before, rounding)] }];
}

/** A queue of another kind cannot take the handle of the one that is there; without either, htb queues by itself. */
function queueEdits(dev: string, leaf: HtbLeaf, { tree, broken }: FoundTree): readonly TcEdit[] {
  if (!broken.has(queueKnob(leaf.classid))) return [];
  const before = queuesOf(tree).find(one => one.parent === leaf.classid);
  const add = { line: leafQdiscLine(dev, 'add', leaf), undo: [leafQdiscLine(dev, 'del', leaf)] };
  if (before === undefined) return [add];
  const del = ['qdisc', 'del', 'dev', dev, 'parent', before.parent, 'handle', before.handle];
  return [{ line: del, undo: [foundQueueLine(dev, before)] }, add];
}

function filterEdits(wanted: HtbTree, { tree, broken }: FoundTree): readonly TcEdit[] {
  const { uplink } = wanted;
  const found = new Map(tree.filters.map(one => [foundFilterKnob(one), one]));
  const free = freeHandles(tree);
  return htbFilters(wanted)
    .filter(filter => broken.has(filterKnob(filter)))
    .map(filter => {
      const before = found.get(filterKnob(filter));
      if (before === undefined) {
        const handle = free(filter);
        const del = filterLine(uplink, 'del', filter, handle);
        return { line: filterLine(uplink, 'add', filter, handle), undo: [del] };
      }
      const back = foundFilterLine(uplink, 'change', before);
      return { line: filterLine(uplink, 'change', filter, before.handle), undo: [back] };
    });
}

/** Handles that no filter of a preference has; named, so that an undo deletes this filter and no other. */
function freeHandles({ filters }: TcTree): (filter: HtbFilter) => string {
  const last = new Map<number, number>();
  for (const { pref, handle } of filters) last.set(pref, Math.max(last.get(pref) ?? 0, Number(handle) || 0));
  return ({ pref }) => {
    const next = (last.get(pref) ?? 0) + 1;
    last.set(pref, next);
    return `0x${next.toString(16)}`;
  };
}

function goneFilters(wanted: HtbTree, { tree }: FoundTree): readonly TcEdit[] {
  const { uplink } = wanted;
  const kept = new Set(htbFilters(wanted).map(filterKnob));
  return tree.filters
    .filter(one => !kept.has(foundFilterKnob(one)))
    .map(one => ({
      line: foundFilterLine(uplink, 'del', one),
      undo: [foundFilterLine(uplink, 'add', one)],
    }));
}

/** With a class goes its queue. */
function goneClasses(wanted: HtbTree, { tree, rounding }: FoundTree): readonly TcEdit[] {
  const { uplink, link, leaves } = wanted;
  const kept = new Set([link.classid, ...leaves.map(leaf => leaf.classid)]);
  return tree.classes
    .filter(one => !kept.has(one.handle))
    .map(one => {
      const queues = queuesOf(tree).filter(queue => queue.parent === one.handle);
      const add = foundClassLine(uplink, 'add', one, rounding);
      return {
        line: delClass(uplink, one.handle),
        undo: [add, ...queues.map(queue => foundQueueLine(uplink, queue))],
      };
    });
}

function delClass(dev: string, classid: string): TcLine {
  return ['class', 'del', 'dev', dev, 'classid', classid];
}

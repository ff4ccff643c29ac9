import { type ClassWords, classLine, filterLine, rootLine, type TcLine } from '../backend/htb-commands.ts';
import type { TcClass } from '../observed/tc-class.ts';
import type { TcFilter } from '../observed/tc-filter-list.ts';
import { htbDefault, type TcQdisc } from '../observed/tc-qdisc.ts';
import { queuesOf, rootOf, type TcTree } from '../observed/tc-tree.ts';
import { bytesShownToTold, type TcRounding } from '../units.ts';
import { classlessKinds, isProfileTree, ourKeys } from '../verify/htb-knobs.ts';

/**
 * What makes a tree that was found anew, on a device that has the kernel's own qdisc; nothing where that is what was
 * found. undefined: it cannot be made anew from what tc shows of it.
 */
export function rebuildLines(dev: string, tree: TcTree, rounding: TcRounding): readonly TcLine[] | undefined {
  const root = rootOf(tree);
  if (root === undefined || root.handle === '0:') return [];
  if (!isProfileTree(tree)) return classlessLines(dev, root);
  return [
    rootLine(dev, htbDefault(root) ?? 0),
    ...tree.classes
      .filter(one => one.parent === undefined)
      .map(one => foundClassLine(dev, 'add', one, rounding)),
    ...tree.classes
      .filter(one => one.parent !== undefined)
      .map(one => foundClassLine(dev, 'add', one, rounding)),
    ...queuesOf(tree).map(one => foundQueueLine(dev, one)),
    ...tree.filters.map(one => foundFilterLine(dev, 'add', one)),
  ];
}

/** A class as it was found. */
export function foundClassLine(
  dev: string,
  verb: 'add' | 'change',
  found: TcClass,
  rounding: TcRounding,
): TcLine {
  const { handle, parent, rateBps = 0, ceilBps = 0, burstBytes = 0, cburstBytes = 0 } = found;
  const isLink = parent === undefined;
  const words: ClassWords = {
    ...{ classid: handle, parent: parent ?? '1:', rateBps, ceilBps },
    burstBytes: bytesShownToTold(rateBps, burstBytes, rounding),
    cburstBytes: bytesShownToTold(ceilBps, cburstBytes, rounding),
    ...(!isLink && found.priority !== undefined && { priority: found.priority }),
    ...(found.quantum !== undefined && { quantum: found.quantum }),
  };
  return classLine(dev, verb, words);
}

/** The queue of a class as it was found. */
export function foundQueueLine(dev: string, queue: TcQdisc): TcLine {
  const { parent, handle, kind } = queue;
  return ['qdisc', 'add', 'dev', dev, 'parent', parent, 'handle', handle, kind, ...optionWords(queue)];
}

/** A profile's filter as it was found. */
export function foundFilterLine(dev: string, verb: 'add' | 'change' | 'del', found: TcFilter): TcLine {
  const { protocol, pref, handle, classid = '' } = found;
  const place = { protocol: protocol === 'ipv6' ? 'ipv6' : 'ip', pref } as const;
  return filterLine(dev, verb, { ...place, keys: ourKeys(found) ?? {}, classid }, handle);
}

function classlessLines(dev: string, root: TcQdisc): readonly TcLine[] | undefined {
  const { kind, handle } = root;
  if (!classlessKinds.has(kind)) return undefined;
  return [['qdisc', 'add', 'dev', dev, 'root', 'handle', handle, kind, ...optionWords(root)]];
}

/**
 * Options as tc shows them → as it takes them: `limit 10240p` is `limit 10240`, `perturb 10sec` is `perturb 10`,
 * `burst 5Kb/1` is `burst 5Kb`.
 */
function optionWords({ kind, options }: TcQdisc): readonly string[] {
  // Its bands are always the same, and not told to it.
  if (kind === 'pfifo_fast') return [];
  const taken = withoutSfqDefaults(options)
    .replace(/ (?:mpu 0b|linklayer ethernet|overhead 0b?)(?= |$)/g, '')
    .replace(/\blat /, 'latency ')
    .replace(/(?<= \d{1,10})(?:p|sec|\/\d{1,5})(?= |$)/g, '')
    .replace(/(?<= \d{1,10}[KMG]?b)\/\d{1,5}(?= |$)/g, '');
  return taken.split(' ').filter(word => word !== '');
}

/**
 * By itself sfq has 128 flows and a limit of 127 packets; told that limit or that many flows it takes 127 of both.
 * @see linux net/sched/sch_sfq.c:sfq_change
 */
function withoutSfqDefaults(options: string): string {
  const flows = / flows 128(?:\/\d{1,5})?(?= |$)/;
  return flows.test(options) ? options.replace(flows, '').replace(/^limit 127p /, '') : options;
}

import { setUpLines, type TcLine, tearDownLines } from '../backend/htb-commands.ts';
import type { HtbTree } from '../backend/htb-tree.ts';
import type { Diagnostic } from '../diagnostics.ts';
import { htbDefault } from '../observed/tc-qdisc.ts';
import { rootOf, type TcTree } from '../observed/tc-tree.ts';
import type { TcRounding } from '../units.ts';
import { expectNothingElse, expectProfile } from '../verify/expect-profile.ts';
import type { Demand } from '../verify/expectation.ts';
import type { HostFacts } from '../verify/host-facts.ts';
import { defaultText, isProfileTree, rootKnob } from '../verify/htb-knobs.ts';
import type { Reading } from '../verify/reading.ts';
import { roundingOf } from '../verify/tc-values.ts';
import type { Verdict } from '../verify/verdict.ts';
import { type HostStep, type PlannedHost, planHost } from './host-plan.ts';
import { opsOf, type TcOp } from './tc-op.ts';
import { treeEdits } from './tree-edits.ts';
import { rebuildLines } from './tree-lines.ts';

/** An uplink as it was found. */
export interface FoundUplink {
  readonly dev: string;
  readonly tree: TcTree;
  readonly readings: readonly Reading[];
  /** tc's version: how it rounds. */
  readonly facts: Pick<HostFacts, 'iproute2'>;
  /** What an earlier profile replaced: the lines that make it anew. Empty: the kernel's own. */
  readonly remembered: readonly TcLine[];
}

/** The plan to bring a profile onto an uplink. */
export function planProfile(wanted: HtbTree, found: FoundUplink, replace: boolean): PlannedHost<TcOp> {
  const { dev, tree, readings } = found;
  const demands = profileDemands(wanted, found);
  const why = buildAnew(demands, tree);
  const diagnostics = why === undefined ? [] : [...owner(found, replace), ...why];
  const steps = (broken: readonly Verdict<Demand>[]): readonly HostStep<TcOp>[] =>
    why === undefined ? inPlace(wanted, found, broken) : anew(wanted, found);
  return planHost({ kind: 'profile', subject: dev, demands, readings, steps, diagnostics });
}

/** All that tc must and must not hold. */
export function profileDemands(
  wanted: HtbTree,
  { readings, facts }: Pick<FoundUplink, 'readings' | 'facts'>,
): readonly Demand[] {
  const demands = expectProfile(wanted, facts);
  return [...demands, ...expectNothingElse(demands, readings)];
}

/** The plan to take a profile away, whichever it is, and bring back what it replaced. */
export function planNoProfile(found: FoundUplink): PlannedHost<TcOp> {
  const { dev, tree, readings, remembered } = found;
  const root = rootOf(tree);
  const isOurs = isProfileTree(tree);
  const demands = isOurs ? [...expectNothingElse([], readings), rootBack(dev, remembered)] : [];
  const steps = (): readonly HostStep<TcOp>[] => [
    {
      name: `tree of ${dev}`,
      forward: [
        { op: 'tc', lines: [...tearDownLines({ uplink: dev }), ...remembered] },
        { op: 'remember', restore: [] },
      ],
      undo: [
        { op: 'tc-undo', lines: putBack(found) },
        { op: 'remember', restore: remembered },
      ],
    },
  ];
  const isForeign = !isOurs && root !== undefined && root.handle !== '0:';
  const diagnostics: readonly Diagnostic[] = isForeign ? [foreign(found, 'warning', 'stays')] : [];
  return planHost({ kind: 'profile', subject: dev, demands, readings, steps, diagnostics });
}

/** Why the tree cannot be changed where it stands; undefined: it can. htb takes no other default class. */
function buildAnew(demands: readonly Demand[], tree: TcTree): readonly Diagnostic[] | undefined {
  const root = rootOf(tree);
  if (root === undefined || !isProfileTree(tree)) return [];
  const wanted = demands.find(one => one.knob === rootKnob)?.expected?.default;
  const found = defaultText(htbDefault(root) ?? 0);
  if (found === wanted) return undefined;
  return [
    { code: 'tree-built-anew', severity: 'warning', path: rootKnob, args: { from: found, to: wanted ?? '' } },
  ];
}

function inPlace(
  wanted: HtbTree,
  { dev, tree, facts }: FoundUplink,
  broken: readonly Verdict<Demand>[],
): readonly HostStep<TcOp>[] {
  const knobs = new Set(broken.map(one => one.expectation.knob));
  const { forward, undo } = opsOf(treeEdits(wanted, { tree, broken: knobs, rounding: roundingOf(facts) }));
  return [{ name: `tree of ${dev}`, forward: [forward], undo: [undo] }];
}

/** Everything in one batch; whatever fails in it, the whole tree goes and what was there before is made anew. */
function anew(wanted: HtbTree, found: FoundUplink): readonly HostStep<TcOp>[] {
  const { dev, tree, remembered } = found;
  const root = rootOf(tree);
  const isKernels = root === undefined || root.handle === '0:';
  const away = isKernels ? [] : tearDownLines({ uplink: dev });
  // Another profile's tree is replaced by this one's: what is remembered stays what was before both.
  const restore = isProfileTree(tree) ? remembered : (rebuiltOf(found) ?? []);
  return [
    {
      name: `tree of ${dev}`,
      forward: [
        { op: 'remember', restore },
        { op: 'tc', lines: [...away, ...setUpLines(wanted)] },
      ],
      undo: [
        { op: 'tc-undo', lines: putBack(found) },
        { op: 'remember', restore: remembered },
      ],
    },
  ];
}

/** Lines that bring back what was found, whatever is there. */
function putBack(found: FoundUplink): readonly TcLine[] {
  return [...tearDownLines({ uplink: found.dev }), ...(rebuiltOf(found) ?? [])];
}

function rebuiltOf({ dev, tree, facts }: FoundUplink): readonly TcLine[] | undefined {
  const rounding: TcRounding = roundingOf(facts);
  return rebuildLines(dev, tree, rounding);
}

function owner(found: FoundUplink, replace: boolean): readonly Diagnostic[] {
  const root = rootOf(found.tree);
  if (root === undefined || root.handle === '0:' || isProfileTree(found.tree)) return [];
  if (rebuiltOf(found) === undefined) return [foreign(found, 'error', 'cannot be made anew')];
  return replace ? [foreign(found, 'warning', 'is replaced')] : [foreign(found, 'error', 'refused')];
}

function foreign({ dev, tree }: FoundUplink, severity: Diagnostic['severity'], fate: string): Diagnostic {
  const { kind = '', handle = '' } = rootOf(tree) ?? {};
  return { code: 'foreign-qdisc', severity, path: dev, value: `${kind} ${handle}`.trim(), args: { fate } };
}

/** The root qdisc after a removal: what was remembered, or one that the kernel chooses. */
function rootBack(dev: string, remembered: readonly TcLine[]): Demand {
  const first = remembered.find(line => line[0] === 'qdisc' && line.includes('root'));
  const handle = first?.[first.indexOf('handle') + 1] ?? '0:';
  return { layer: 'tc', subject: dev, knob: rootKnob, because: [], expected: { handle } };
}

import { type ClassWords, leafWords, linkWords, minorOf } from '../backend/htb-commands.ts';
import { leafFilters } from '../backend/htb-filters.ts';
import type { HtbLeaf, HtbTree } from '../backend/htb-tree.ts';
import { type Demand, type Knob, knobName } from './expectation.ts';
import type { HostFacts } from './host-facts.ts';
import { classKnob, defaultText, filterKnob, queueKnob, rootKnob } from './htb-knobs.ts';
import type { Reading } from './reading.ts';
import { classesAreExact, tcValues } from './tc-values.ts';

/** What tc must hold on the uplink of a profile. Rates in B/s, bursts and quantum in bytes, perturb in seconds. */
export function expectProfile(tree: HtbTree, facts: Pick<HostFacts, 'iproute2'>): readonly Demand[] {
  const { uplink, leaves, defaultClassid } = tree;
  const demand = (knob: string, because: string, expected: NonNullable<Demand['expected']>): Demand => ({
    ...{ layer: 'tc', subject: uplink, knob, because: [because], expected },
  });
  const byDefault = leaves.find(leaf => leaf.classid === defaultClassid);
  const minor = Number.parseInt(minorOf(defaultClassid), 16);
  const root = { kind: 'htb', handle: '1:', default: defaultText(minor) };
  return [
    demand(rootKnob, byDefault === undefined ? 'rate' : nameOf(byDefault), root),
    { ...demand(classKnob(tree.link.classid), 'rate', {}), ...classValues(linkWords(tree), facts) },
    ...leaves.flatMap(leaf => [
      { ...demand(classKnob(leaf.classid), nameOf(leaf), {}), ...classValues(leafWords(tree, leaf), facts) },
      demand(queueKnob(leaf.classid), nameOf(leaf), queues[leaf.of.leaf]),
    ]),
    ...leaves.flatMap(leaf =>
      leafFilters(leaf).map(filter => demand(filterKnob(filter), nameOf(leaf), { classid: leaf.classid })),
    ),
  ];
}

const queues = { sfq: { kind: 'sfq', perturb: 10 }, fq_codel: { kind: 'fq_codel' } } as const;

function nameOf({ of }: HtbLeaf): string {
  return `class ${of.name}`;
}

/** The link's class is no leaf: tc shows no priority and no quantum of it. */
function classValues(
  words: ClassWords,
  facts: Pick<HostFacts, 'iproute2'>,
): Pick<Demand, 'expected' | 'tolerance'> {
  const { parent, rateBps, ceilBps, burstBytes, cburstBytes, priority, quantum } = words;
  const exact = classesAreExact(facts);
  const main = tcValues({ rateBps, ceilBps, burstBytes, writer: 'tc' }, exact, facts);
  const ofCeil = tcValues({ rateBps: ceilBps, burstBytes: cburstBytes, writer: 'tc' }, exact, facts);
  const cburst = ofCeil.tolerance?.values.burstBytes;
  const values = { ...main.tolerance?.values, ...(cburst !== undefined && { cburstBytes: cburst }) };
  const leaf = {
    ...(priority !== undefined && { prio: priority }),
    ...(quantum !== undefined && { quantum }),
  };
  const { reason } = main.tolerance ?? ofCeil.tolerance ?? {};
  return {
    expected: {
      parent: parent === '1:' ? 'root' : parent,
      ...main.expected,
      cburstBytes: ofCeil.expected.burstBytes ?? cburstBytes,
      ...(priority !== undefined && leaf),
    },
    ...(reason !== undefined && { tolerance: { values, reason } }),
  };
}

/** That nothing else is in the tree: each class, queue and filter that was found and is not demanded must go. */
export function expectNothingElse(
  demands: readonly Demand[],
  readings: readonly Reading[],
): readonly Demand[] {
  const wanted = new Set(demands.map(knobName));
  return readings
    .filter(one => one.values !== undefined && !wanted.has(knobName(one)) && isOfTree(one))
    .map(({ layer, subject, knob }) => ({ layer, subject, knob, because: [] }));
}

/** Whether a knob belongs to an htb tree `1:`. */
function isOfTree({ knob }: Knob): boolean {
  return /^(?:class htb |qdisc at 1:|filter )/.test(knob);
}

import type { TcQdisc } from '../observed/tc-qdisc.ts';
import { queuesOf, rootOf, type TcTree } from '../observed/tc-tree.ts';
import type { Knob, KnobValues } from './expectation.ts';
import { knobName } from './expectation.ts';
import { classKnob, foundFilterKnob, queueKnob, rootKnob, rootValues } from './htb-knobs.ts';
import type { Reading } from './reading.ts';

/** What `tc` was asked for each part of a tree. */
export interface TreeSources {
  readonly qdiscs: string;
  readonly classes: string;
  readonly filters: string;
}

/** One reading for everything in a tree, and for each of the knobs that is not there. */
export function htbReadings(
  dev: string,
  tree: TcTree,
  sources: TreeSources,
  knobs: readonly Knob[],
): readonly Reading[] {
  const reading = (knob: string, values: KnobValues, source: string, text: string): Reading => ({
    ...{ layer: 'tc', subject: dev, knob, values },
    evidence: { source, text },
  });
  const root = rootOf(tree);
  const found = [
    ...(root === undefined ? [] : [reading(rootKnob, rootValues(root), sources.qdiscs, root.text)]),
    ...tree.classes.map(one => reading(classKnob(one.handle), classValues(one), sources.classes, one.text)),
    ...queuesOf(tree).map(one => reading(queueKnob(one.parent), queueValues(one), sources.qdiscs, one.text)),
    ...tree.filters.map(one =>
      reading(foundFilterKnob(one), { classid: one.classid ?? '' }, sources.filters, one.text),
    ),
  ];
  const names = new Set(found.map(knobName));
  const absent = knobs.filter(knob => !names.has(knobName(knob)));
  return [
    ...found,
    ...absent.map(({ layer, subject, knob }) => ({
      ...{ layer, subject, knob },
      evidence: { source: sourceOf(knob, sources), text: '' },
    })),
  ];
}

function sourceOf(knob: string, { qdiscs, classes, filters }: TreeSources): string {
  if (knob.startsWith('class ')) return classes;
  return knob.startsWith('filter ') ? filters : qdiscs;
}

function classValues(found: TcTree['classes'][number]): KnobValues {
  const { parent, rateBps, ceilBps, burstBytes, cburstBytes, priority, quantum } = found;
  const numbers = { rateBps, ceilBps, burstBytes, cburstBytes, prio: priority, quantum };
  const known = Object.entries(numbers).filter((one): one is [string, number] => one[1] !== undefined);
  return { parent: parent ?? 'root', ...Object.fromEntries(known) };
}

/** `perturb` in seconds; 0: never. */
function queueValues({ kind, options }: TcQdisc): KnobValues {
  if (kind !== 'sfq') return { kind, options };
  return { kind, perturb: Number(/(?:^| )perturb (\d{1,6})/.exec(options)?.[1] ?? 0), options };
}

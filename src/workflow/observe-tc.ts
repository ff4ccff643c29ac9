import {
  readTcClasses,
  readTcFilters,
  readTcPolicers,
  readTcQdiscsBeside,
  type TcAnswer,
} from '../host/tc.ts';
import { drops, isLibvirts, isOpenVswitchs, overruling } from '../observed/policers.ts';
import type { TcClass } from '../observed/tc-class.ts';
import { detourOf, mayDetour } from '../observed/tc-detour.ts';
import type { TcPolicer } from '../observed/tc-filter.ts';
import type { TcFilter } from '../observed/tc-filter-list.ts';
import type { TcQdisc } from '../observed/tc-qdisc.ts';
import type { HostReader } from '../ports/host.ts';
import type { Knob, KnobValues } from '../verify/expectation.ts';
import type { TapLimits } from '../verify/host-facts.ts';
import type { Evidence, Reading } from '../verify/reading.ts';
import { look, type Seen, unseen } from './unseen.ts';

/** libvirt's class, and the two that Open vSwitch makes of a `linux-htb` row. */
const classKnobs = [
  { knob: 'class htb 1:1', handle: '1:1', parent: undefined },
  { knob: 'class htb 1:fffe', handle: '1:fffe', parent: undefined },
  { knob: 'class htb 1:1 parent 1:fffe', handle: '1:1', parent: '1:fffe' },
] as const;

const policeKnobs = ['police', 'police matchall'] as const;

/** What was read of one device. */
export interface ObservedTc {
  readonly readings: readonly Reading[];
  /** All of its classes and policers, whoever made them; absent: they could not be seen. */
  readonly state?: TapLimits;
}

/** Reads one device's classes and policers. A knob that is not there has a reading without values. */
export async function observeTc(host: HostReader, dev: string): Promise<ObservedTc> {
  const [classes, policers, qdiscs] = await Promise.all([
    look(() => readTcClasses(host, dev)),
    look(() => readTcPolicers(host, dev)),
    look(() => readTcQdiscsBeside(host, dev)),
  ]);
  const isSplit = 'found' in classes && mayDetour(classes.found.found);
  const filters = isSplit ? await look(() => readTcFilters(host, dev)) : { why: 'it was not asked' };
  const bypass = detourIn({ classes, qdiscs, filters });
  const readings = [
    ...('why' in classes
      ? unseen(knobsOf(dev, classNames), `tc class show dev ${dev}`, classes.why)
      : classKnobs.map(one =>
          one.handle === '1:1' && bypass !== undefined
            ? ({ layer: 'tc', subject: dev, knob: one.knob, idle: true, evidence: bypass } as const)
            : classReading(dev, one, classes.found.source, classes.found.found),
        )),
    ...('why' in policers
      ? unseen(knobsOf(dev, policeKnobs), `tc filter show dev ${dev} parent ffff:`, policers.why)
      : policeKnobs.map(knob => policeReading(dev, knob, policers.found.source, policers.found.found))),
  ];
  if ('why' in classes || 'why' in policers) return { readings };
  const state = {
    classes: classes.found.found,
    policers: policers.found.found,
    ...('found' in qdiscs && { qdiscs: qdiscs.found.found }),
    ...('found' in filters && { filters: filters.found.found }),
  };
  return { readings, state };
}

/** The readings of a device that cannot be looked at. */
export function unseenTc(dev: string, why: string): readonly Reading[] {
  return unseen(knobsOf(dev, [...classNames, ...policeKnobs]), 'tc', why);
}

const classNames = classKnobs.map(one => one.knob);

function knobsOf(dev: string, names: readonly string[]): readonly Knob[] {
  return names.map(knob => ({ layer: 'tc', subject: dev, knob }));
}

/** The answers to what class 1:1 depends on. */
interface ShapingAnswers {
  readonly classes: Seen<TcAnswer<TcClass>>;
  readonly qdiscs: Seen<TcAnswer<TcQdisc>>;
  readonly filters: Seen<TcAnswer<TcFilter>>;
}

function detourIn(answers: ShapingAnswers): Evidence | undefined {
  const found = <T>(answer: Seen<TcAnswer<T>>) => ('found' in answer ? answer.found.found : undefined);
  const [classes = [], qdiscs, filters] = [
    found(answers.classes),
    found(answers.qdiscs),
    found(answers.filters),
  ];
  const detour = detourOf({ classes, ...(qdiscs && { qdiscs }), ...(filters && { filters }) });
  const told = detour && answers[detour.by];
  if (detour === undefined || told === undefined || !('found' in told)) return undefined;
  return { source: told.found.source, text: detour.text };
}

function classReading(
  dev: string,
  { knob, handle, parent }: (typeof classKnobs)[number],
  source: string,
  classes: readonly TcClass[],
): Reading {
  const found = classes.find(one => one.handle === handle && one.parent === parent);
  const { rateBps, ceilBps, burstBytes, cburstBytes } = found ?? {};
  return reading({ dev, knob, source, text: found?.text }, { rateBps, ceilBps, burstBytes, cburstBytes });
}

function policeReading(
  dev: string,
  knob: (typeof policeKnobs)[number],
  source: string,
  policers: readonly TcPolicer[],
): Reading {
  const found = policers.find(knob === 'police' ? isLibvirts : isOpenVswitchs);
  const { rateBps, burstBytes } = found ?? {};
  const first = found && overruling(policers, found);
  const text = first === undefined ? found?.text : `${first.text}\n${found?.text}`;
  const isIdle = found !== undefined && (!drops(found) || first !== undefined);
  const whole = reading({ dev, knob, source, text }, { rateBps, burstBytes });
  if (!isIdle) return whole;
  const { values, ...rest } = whole;
  return { ...rest, idle: true };
}

function reading(
  found: { dev: string; knob: string; source: string; text: string | undefined },
  values: Readonly<Record<string, number | undefined>>,
): Reading {
  const { dev, knob, source, text } = found;
  const known = Object.entries(values).filter((entry): entry is [string, number] => entry[1] !== undefined);
  const held: KnobValues = Object.fromEntries(known);
  return {
    layer: 'tc',
    subject: dev,
    knob,
    ...(text !== undefined && { values: held }),
    evidence: { source, text: text ?? '' },
  };
}

import { type Demand, type KnobValues, knobName } from './expectation.ts';
import type { Reading } from './reading.ts';
import type { Outcome, Verdict } from './verdict.ts';

/**
 * Compares what was found with what was expected: one verdict per expectation, in the same order. What was not read, or
 * could not be, is inconclusive. What follows a knob that fails is not judged apart, unless it holds all the same.
 */
export function judge<E extends Demand>(
  expectations: readonly E[],
  readings: readonly Reading[],
): readonly Verdict<E>[] {
  const found = new Map(readings.map(reading => [knobName(reading), reading]));
  const failed = new Set<string>();
  const alone = expectations.map(one => {
    const name = knobName(one);
    const verdict = judgeAlone(one, found.get(name));
    if (verdict.outcome === 'fail') failed.add(name);
    return verdict;
  });
  return failed.size === 0 ? alone : alone.map(verdict => followed(verdict, failed));
}

function followed<E extends Demand>(verdict: Verdict<E>, failed: ReadonlySet<string>): Verdict<E> {
  if (verdict.outcome !== 'fail') return verdict;
  const leader = verdict.expectation.follows?.find(knob => failed.has(knobName(knob)));
  if (leader === undefined) return verdict;
  const detail = `follows ${knobName(leader)}`;
  return { ...verdict, outcome: 'not-applicable', reason: 'follows', detail };
}

/** What an idle knob is observed to be: its numbers bind nobody. */
const outOfForce: KnobValues = { limit: 'out of force' };

function judgeAlone<E extends Demand>(expectation: E, reading: Reading | undefined): Verdict<E> {
  const { expected, impossible } = expectation;
  const told = (rest: Omit<Verdict<E>, 'expectation' | 'evidence'>): Verdict<E> => ({
    expectation,
    ...(reading && { evidence: reading.evidence }),
    ...rest,
  });
  if (impossible !== undefined) {
    return told({ outcome: 'fail', reason: 'no-enforcement-point', detail: impossible });
  }
  const unreadable = reading === undefined ? 'it was not read' : reading.unreadable;
  if (unreadable !== undefined) {
    return told({ outcome: 'inconclusive', reason: 'unreadable', detail: unreadable });
  }
  if (reading?.idle === true && expected !== undefined) {
    if (Object.values(expected).every(value => value === 'max')) return told({ outcome: 'pass' });
    const { idleBecause: detail } = reading;
    return told({
      outcome: 'fail',
      reason: 'idle',
      observed: outOfForce,
      ...(detail !== undefined && { detail }),
    });
  }
  const observed = reading?.values;
  if (observed === undefined) {
    return told(expected === undefined ? { outcome: 'pass' } : { outcome: 'fail', reason: 'missing' });
  }
  if (expected === undefined) return told({ outcome: 'fail', reason: 'unexpected', observed });
  const { outcome, ...more } = compare(expectation, expected, observed);
  if (outcome === 'fail') return told({ outcome, ...more, observed });
  return told({ outcome, ...more, ...onItsWay(reading), observed });
}

/** The number is right: that proves nothing where something on the way to it does more, or nobody knows what. */
function onItsWay(reading: Reading | undefined): Partial<Pick<Verdict, 'outcome' | 'reason' | 'detail'>> {
  if (reading?.stricter !== undefined)
    return { outcome: 'fail', reason: 'stricter', detail: reading.stricter };
  if (reading?.unproved === undefined) return {};
  return { outcome: 'inconclusive', reason: 'unproved', detail: reading.unproved };
}

function compare(
  { tolerance }: Demand,
  expected: KnobValues,
  observed: KnobValues,
): Pick<Verdict, 'outcome' | 'reason' | 'differs' | 'detail'> {
  const names = Object.keys(expected);
  const unseen = names.filter(name => observed[name] === undefined);
  const differs = names
    .filter(name => !unseen.includes(name))
    .filter(name => !agree(expected[name], observed[name], tolerance?.values[name] ?? 0));
  if (differs.length > 0) return { outcome: 'fail', reason: 'different', differs };
  if (unseen.length === 0) return { outcome: 'pass' };
  return { outcome: 'inconclusive', reason: 'unreadable', detail: `${unseen.join(', ')} could not be read` };
}

function agree(expected: string | number | undefined, observed: string | number | undefined, within: number) {
  if (typeof expected !== 'number' || typeof observed !== 'number') return expected === observed;
  return Math.abs(expected - observed) <= within;
}

/** How many verdicts there are of each kind. */
export interface VerdictSummary {
  readonly counts: Readonly<Record<Outcome, number>>;
  /** A fail counts most, then what could not be seen; `not-applicable` when nothing was decided at all. */
  readonly overall: Outcome;
}

/** Counts verdicts and draws the conclusion. */
export function summary(verdicts: readonly Pick<Verdict, 'outcome'>[]): VerdictSummary {
  const count = (outcome: Outcome) => verdicts.filter(verdict => verdict.outcome === outcome).length;
  const counts = {
    pass: count('pass'),
    fail: count('fail'),
    inconclusive: count('inconclusive'),
    'not-applicable': count('not-applicable'),
  };
  const order: readonly Outcome[] = ['fail', 'inconclusive', 'pass'];
  return { counts, overall: order.find(outcome => counts[outcome] > 0) ?? 'not-applicable' };
}

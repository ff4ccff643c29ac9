import { hasErrors } from '../diagnostics.ts';
import { QuotaError } from '../errors.ts';
import type { HostPlan, HostStep, PlannedHost } from '../plan/host-plan.ts';
import type { HostResult, HostStepResult } from '../plan/host-result.ts';
import { type Demand, type Knob, knobName } from '../verify/expectation.ts';
import { judge } from '../verify/judge.ts';
import type { Reading } from '../verify/reading.ts';
import type { Verdict } from '../verify/verdict.ts';
import { knobsNotAsBefore } from './before.ts';
import { beginHostJournal, exclusivelyOnHost } from './host-journal.ts';
import type { HostSurroundings } from './surroundings.ts';
import { messageOf, SETTLE_MS } from './take-back.ts';

/** How one thing of the host is read and written. */
export interface HostWork<Op> {
  readonly kind: string;
  readonly subject: string;
  /** One reading for each of the knobs, also of those that are not there or cannot be seen. */
  observe(knobs: readonly Knob[]): Promise<readonly Reading[]>;
  /** Carries out one operation. @throws QuotaError */
  perform(op: Op): Promise<void>;
}

/**
 * Changes something of the host as a domain is changed: one at a time, plan, journal, write, read back, and keep it or
 * put back what was there. A failure of writing or holding is a result, not an exception.
 *
 * @param plan looks and plans; called when nobody else is at work on the same thing
 * @throws QuotaError `refused`, `locked` and what `plan` throws, all before anything is touched
 */
export function changeHost<Op>(
  surroundings: HostSurroundings,
  work: HostWork<Op>,
  plan: () => Promise<PlannedHost<Op>>,
): Promise<HostResult<Op>> {
  return exclusivelyOnHost(surroundings, work, async journal => {
    const planned = await plan();
    const untouched = { plan: planned.plan, steps: [], verdicts: planned.verdicts };
    if (hasErrors(planned.plan.diagnostics)) return { ...untouched, outcome: 'refused' };
    if (planned.plan.steps.length === 0) return { ...untouched, outcome: 'unchanged' };
    const { state } = surroundings;
    const startedAt = (surroundings.now?.() ?? new Date()).toISOString();
    if (state !== undefined) await beginHostJournal(state, { startedAt, plan: planned.plan });
    const result = await carryOutOnHost(surroundings, work, planned.plan);
    // What could not be put back is left to `recover`.
    if (result.outcome !== 'rollback-failed') await state?.remove(journal);
    return result;
  });
}

/** Writes a plan's steps, reads back, and keeps it or puts back what was there. Nothing is thrown. */
export async function carryOutOnHost<Op>(
  surroundings: HostSurroundings,
  work: HostWork<Op>,
  plan: HostPlan<Op>,
): Promise<HostResult<Op>> {
  const begun: HostStep<Op>[] = [];
  surroundings.logger?.info(`changing ${plan.subject}`);
  const tried = await writeAndHold(surroundings, work, plan, begun);
  if (typeof tried === 'string') return takeBackOnHost(surroundings, work, { plan, begun, failure: tried });
  const steps = plan.steps.map(({ name }): HostStepResult => ({ name, status: 'done' }));
  return { outcome: 'applied', plan, steps, verdicts: tried };
}

/** @returns how it stands then, or why it has to be rolled back */
async function writeAndHold<Op>(
  surroundings: HostSurroundings,
  work: HostWork<Op>,
  plan: HostPlan<Op>,
  begun: HostStep<Op>[],
): Promise<readonly Verdict<Demand>[] | string> {
  const { signal, logger } = surroundings;
  try {
    for (const step of plan.steps) {
      // Before its first write: one that fails or is not answered may have been done.
      begun.push(step);
      logger?.debug(`writing ${step.name}`);
      for (const op of step.forward) {
        if (signal?.aborted) throw new QuotaError('refused', plan.subject, 'interrupted');
        await work.perform(op);
      }
    }
    return await settled(surroundings, work, plan);
  } catch (error) {
    return messageOf(error);
  }
}

/** Reads again until everything holds or the time is over. */
async function settled<Op>(
  surroundings: HostSurroundings,
  work: HostWork<Op>,
  { demands }: HostPlan<Op>,
): Promise<readonly Verdict<Demand>[] | string> {
  let broken: readonly Verdict<Demand>[] = [];
  for (const pause of [0, ...SETTLE_MS]) {
    await surroundings.wait(pause);
    const verdicts = judge(demands, await work.observe(demands));
    broken = verdicts.filter(one => one.outcome === 'fail');
    if (broken.length === 0) return verdicts;
  }
  const names = broken.map(one => knobName(one.expectation));
  return `${names[0]} does not hold it${names.length > 1 ? ` and ${names.length - 1} more` : ''}`;
}

/** What is to be taken back. */
export interface HostTakeBack<Op> {
  readonly plan: HostPlan<Op>;
  /** Those that were begun. */
  readonly begun: readonly HostStep<Op>[];
  /** Why it is taken back. */
  readonly failure: string;
}

/** Puts back what was there before, last step first, and reads that it is back. Never interrupted, never thrown. */
export async function takeBackOnHost<Op>(
  surroundings: HostSurroundings,
  work: HostWork<Op>,
  { plan, begun, failure }: HostTakeBack<Op>,
): Promise<HostResult<Op>> {
  surroundings.logger?.warn(`putting back what ${plan.subject} had: ${failure}`);
  const errors = new Map<HostStep<Op>, string>();
  for (const step of [...begun].reverse()) {
    // Every operation is tried, also after one that failed: the more is put back the better.
    for (const op of step.undo) {
      await work.perform(op).catch(error => errors.set(step, messageOf(error)));
    }
  }
  const steps = plan.steps.map(step => fateOf(step, begun.includes(step), errors.get(step)));
  const { verdicts, left } = await lookBack(surroundings, work, plan);
  const failed = left.length > 0 || errors.size > 0;
  const outcome = failed ? 'rollback-failed' : 'rolled-back';
  return { outcome, plan, steps, verdicts, failure, ...(failed && { left }) };
}

function fateOf({ name }: HostStep<unknown>, isBegun: boolean, error: string | undefined): HostStepResult {
  if (!isBegun) return { name, status: 'not-tried' };
  return error === undefined ? { name, status: 'undone' } : { name, status: 'not-undone', error };
}

async function lookBack<Op>(
  surroundings: HostSurroundings,
  work: HostWork<Op>,
  { demands, observed }: HostPlan<Op>,
): Promise<{ readonly verdicts: readonly Verdict<Demand>[]; readonly left: readonly string[] }> {
  let left: readonly string[] = [];
  let verdicts: readonly Verdict<Demand>[] = [];
  for (const pause of [0, ...SETTLE_MS]) {
    await surroundings.wait(pause);
    try {
      const readings = await work.observe([...observed, ...demands]);
      left = knobsNotAsBefore(observed, readings);
      verdicts = judge(demands, readings);
    } catch (error) {
      left = [`cannot be read: ${messageOf(error)}`];
    }
    if (left.length === 0) break;
  }
  return { verdicts, left };
}

import { renderIntentRecord } from '../domain/intent-record.ts';
import { QuotaError } from '../errors.ts';
import type { ApplyResult, StepResult } from '../plan/apply-result.ts';
import type { HeldKnob } from '../plan/observed.ts';
import type { RecordChange, TuningPlan } from '../plan/plan.ts';
import type { DomainState } from '../ports/hypervisor.ts';
import type { Verdict } from '../verify/verdict.ts';
import { assess } from './assess.ts';
import { knobsNotAsBefore } from './before.ts';
import { type DomainView, lookAt } from './look-at.ts';
import type { WriteSurroundings } from './surroundings.ts';
import type { Unit } from './units.ts';
import type { Wish } from './wish.ts';

/** How long an enforcer may take to hold what was set (Open vSwitch works in the background), in ms per look. */
export const SETTLE_MS = [100, 300, 1000, 2000] as const;

/** Waits between tries to take something back, in ms: libvirtd may just be starting again, or be at another job. */
const RETRY_MS = [0, 1000, 5000, 15_000] as const;

/**
 * Waits before something is taken back once more, in ms: a write that was on its way when nobody waited for its answer any
 * more may be done after the undoing.
 */
const LATE_MS = [1000, 5000] as const;

/** What is to be taken back. */
export interface TakeBack {
  readonly plan: TuningPlan;
  /** Those that were begun. */
  readonly units: readonly Unit[];
  /** What was wanted, for the verdicts at the end. */
  readonly wish: Wish;
  /** Why it is taken back. */
  readonly failure: string;
}

/** What became of a unit. */
interface Fate extends Pick<StepResult, 'status' | 'error'> {
  /** Whether putting it back was refused in so many words, so that it will not be done later either. */
  readonly isRefused?: true;
}

/**
 * Puts back what was there before, last unit first, and reads every layer to see that it is back. Never interrupted,
 * never thrown: what could not be put back is in the result. Of a run of the domain that has ended nothing is left, so
 * nothing is put back on it. What refuses to be put back and is seen to be as before counts as put back: whoever refuses
 * one refuses the other.
 */
export async function takeBack(surroundings: WriteSurroundings, task: TakeBack): Promise<ApplyResult> {
  const { signal: _, ...calm } = surroundings;
  const { plan, failure } = task;
  surroundings.logger?.warn(`putting back what '${plan.domain.name}' had: ${failure}`);
  let fates = await undoAll(calm, plan, task.units, RETRY_MS);
  let seen = await lookBack(calm, task);
  for (const pause of LATE_MS) {
    const late = task.units.filter(unit => isLeft(unit, fates.get(unit), seen));
    if (late.length === 0) break;
    await calm.wait(pause);
    fates = new Map([...fates, ...(await undoAll(calm, plan, late, [0]))]);
    seen = await lookBack(calm, task);
  }
  const isAsBefore = ({ record }: Unit) =>
    record === undefined ? seen.left.length === 0 : seen.view !== undefined && isRecordOf(seen.view, record);
  const ends = new Map([...fates].map(([unit, fate]) => [unit, seenFate(fate, isAsBefore(unit))]));
  const records = task.units.flatMap(unit => {
    const seenLeft = isLeft(unit, fates.get(unit), seen)
      ? `the ${unit.scope} one is not as before`
      : undefined;
    const why = unit.record && (ends.get(unit)?.error ?? seenLeft);
    return why === undefined ? [] : [`record: ${why}`];
  });
  const left = [...seen.left, ...records];
  const steps = plan.steps.map((step): StepResult => {
    const unit = task.units.find(one => one.steps.includes(step));
    return { step, ...((unit && ends.get(unit)) ?? { status: 'not-tried' }) };
  });
  const failed = left.length > 0 || steps.some(step => step.status === 'not-undone');
  const outcome = failed ? 'rollback-failed' : 'rolled-back';
  return { outcome, plan, steps, verdicts: seen.verdicts, failure, ...(failed && { left }) };
}

/** Undoes units, the last one first. */
async function undoAll(
  surroundings: WriteSurroundings,
  plan: TuningPlan,
  units: readonly Unit[],
  retries: readonly number[],
): Promise<ReadonlyMap<Unit, Fate>> {
  const fates = new Map<Unit, Fate>();
  let patience = retries;
  for (const unit of [...units].reverse()) {
    const undone = await undoUnit(surroundings, plan, unit, patience);
    // Whoever did not answer for so long will not answer the next one either.
    if (undone.status === 'not-undone') patience = [0];
    fates.set(unit, undone);
  }
  return fates;
}

/** Whether something of a unit was seen that is not as before: knobs of its definition, or its record. */
function isLeft({ scope, record }: Unit, fate: Fate | undefined, { left, view }: Seen): boolean {
  if (record === undefined) return left.some(knob => knob.startsWith('config ') === (scope === 'config'));
  return fate?.status !== 'gone' && view?.[scope] !== undefined && !isRecordOf(view, record);
}

function seenFate({ isRefused, ...fate }: Fate, isAsBefore: boolean): Pick<StepResult, 'status' | 'error'> {
  return isRefused && isAsBefore ? { status: 'undone' } : fate;
}

/** Whether a definition has the record again that it had before. */
function isRecordOf(view: DomainView, { scope, before }: RecordChange): boolean {
  const now = view[scope]?.intent;
  return (now && renderIntentRecord(now)) === (before && renderIntentRecord(before));
}

async function undoUnit(
  surroundings: WriteSurroundings,
  plan: TuningPlan,
  unit: Unit,
  patience: readonly number[],
): Promise<Fate> {
  let failed: Fate = { status: 'not-undone' };
  for (const pause of patience) {
    await surroundings.wait(pause);
    try {
      if (unit.scope === 'live' && !(await stillRuns(surroundings, plan))) {
        await unit.undoAfterRun?.();
        return { status: 'gone' };
      }
      await unit.undo();
      return { status: 'undone' };
    } catch (reason) {
      if (isGone(reason) && unit.undoAfterRun === undefined) return { status: 'gone' };
      const error = messageOf(reason);
      failed = { status: 'not-undone', error, ...(isRefusal(reason) && { isRefused: true }) };
      surroundings.logger?.warn(`cannot be put back yet: ${error}`);
    }
  }
  return failed;
}

/** Whether the domain is still in the run that the plan was made for. @throws QuotaError */
async function stillRuns({ hypervisor }: WriteSurroundings, { domain }: TuningPlan): Promise<boolean> {
  const state = await hypervisor.lookup(domain.uuid);
  return sameRun(state, domain);
}

function sameRun(state: DomainState, domain: TuningPlan['domain']): boolean {
  return state.active && state.id === domain.id;
}

function isGone(error: unknown): boolean {
  return error instanceof QuotaError && error.code === 'not-found';
}

function isRefusal(error: unknown): boolean {
  return error instanceof QuotaError && error.code === 'refused';
}

/** What is there after the undoing. */
interface Seen {
  readonly verdicts: readonly Verdict[];
  /** Knobs that are not as before. */
  readonly left: readonly string[];
  /** Absent: the domain is gone, or could not be looked at. */
  readonly view?: DomainView;
}

/** Looks what is there, until it is as before or the time is over. */
async function lookBack(surroundings: WriteSurroundings, { plan, wish }: TakeBack): Promise<Seen> {
  let left: readonly string[] = [];
  let verdicts: readonly Verdict[] = [];
  let view: DomainView | undefined;
  for (const pause of [0, ...SETTLE_MS]) {
    await surroundings.wait(pause);
    try {
      view = await lookAt(surroundings, plan.domain.uuid);
      const now = await assess(surroundings, view, wish, scopesLeft(plan, view));
      left = knobsNotAsBefore(comparable(plan, view), now.readings);
      verdicts = now.verdicts;
    } catch (error) {
      if (isGone(error)) return { verdicts: [], left: [] };
      left = [`cannot be read: ${messageOf(error)}`];
    }
    if (left.length === 0) break;
  }
  return { verdicts, left, ...(view && { view }) };
}

/** What can be as before: of another run of the domain only its persistent definition. */
function comparable(plan: TuningPlan, { state }: DomainView): readonly HeldKnob[] {
  const { knobs } = plan.observed;
  return sameRun(state, plan.domain) || plan.domain.id === undefined
    ? knobs
    : knobs.filter(knob => knob.layer === 'config' && state.persistent);
}

function scopesLeft(plan: TuningPlan, { live, config }: DomainView): TuningPlan['scopes'] {
  return plan.scopes.filter(scope => (scope === 'live' ? live : config) !== undefined);
}

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

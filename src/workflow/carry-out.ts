import { deviceName } from '../domain/tuning.ts';
import { QuotaError } from '../errors.ts';
import { isBurstKnob } from '../observed/cgroup-knob.ts';
import type { ApplyResult, StepResult } from '../plan/apply-result.ts';
import type { TuningPlan } from '../plan/plan.ts';
import { knobName } from '../verify/expectation.ts';
import type { Verdict } from '../verify/verdict.ts';
import { type Assessment, assess } from './assess.ts';
import { lookAt } from './look-at.ts';
import type { WriteSurroundings } from './surroundings.ts';
import { messageOf, SETTLE_MS, takeBack } from './take-back.ts';
import { type Unit, unitName, unitsOf } from './units.ts';
import type { Wish } from './wish.ts';

/** A plan that shall be carried out. */
export interface Task {
  readonly plan: TuningPlan;
  /** What is wanted, to be verified afterwards. */
  readonly wish: Wish;
  /** Names of the knobs that held what they should before: none of them may break. */
  readonly whole: ReadonlySet<string>;
}

/** Writes a plan's steps, reads every layer back, and keeps it or puts back what was there. Nothing is thrown. */
export async function carryOut(surroundings: WriteSurroundings, task: Task): Promise<ApplyResult> {
  const { plan, wish } = task;
  const begun: Unit[] = [];
  surroundings.logger?.info(`setting ${plan.steps.length} devices of '${plan.domain.name}'`);
  const tried = await writeAndHold(surroundings, task, begun);
  if (typeof tried !== 'string') {
    const steps = plan.steps.map((step): StepResult => ({ step, status: 'done' }));
    return { outcome: 'applied', plan, steps, verdicts: tried.verdicts };
  }
  return takeBack(surroundings, { plan, units: begun, wish, failure: tried });
}

/** @returns how the domain stands then, or why it has to be rolled back */
async function writeAndHold(
  surroundings: WriteSurroundings,
  task: Task,
  begun: Unit[],
): Promise<Assessment | string> {
  const { signal } = surroundings;
  const stop = () => {
    if (signal?.aborted) throw new QuotaError('refused', 'apply', 'interrupted');
  };
  try {
    for (const unit of unitsOf(surroundings, task.plan)) {
      stop();
      // Before its first call: one that fails or is not answered may have been done.
      begun.push(unit);
      surroundings.logger?.debug(`writing ${unitName(unit)}`);
      await unit.forward(stop);
    }
    const after = await settled(surroundings, task);
    const broken = brokenBy(after, task);
    return broken.length === 0 ? after : doesNotHold(broken);
  } catch (error) {
    return messageOf(error);
  }
}

/** Reads the domain again until it holds or the time is over. */
async function settled(surroundings: WriteSurroundings, task: Task): Promise<Assessment> {
  let after = await assessAgain(surroundings, task);
  for (const pause of SETTLE_MS) {
    if (brokenBy(after, task).length === 0) break;
    await surroundings.wait(pause);
    after = await assessAgain(surroundings, task);
  }
  return after;
}

/** @throws QuotaError `refused` when the domain is not in the run any more that the plan was made for */
async function assessAgain(surroundings: WriteSurroundings, { plan, wish }: Task): Promise<Assessment> {
  const view = await lookAt(surroundings, plan.domain.uuid);
  if (view.state.id !== plan.domain.id) {
    const now = view.state.id === undefined ? 'stopped' : 'was started anew';
    throw new QuotaError('refused', plan.domain.name, `domain '${plan.domain.name}' ${now} meanwhile`);
  }
  return assess(surroundings, view, wish, plan.scopes);
}

/**
 * The verdicts by which an apply did not succeed: a limit that was asked for fails, or one that was changed or taken away,
 * or something broke that was whole before. Devices that nothing can limit are reported, but do not undo the rest.
 */
function brokenBy(after: Assessment, { plan, whole }: Task): readonly Verdict[] {
  const hopeless = new Set(
    after.verdicts
      .filter(one => one.reason === 'no-enforcement-point')
      .map(one => deviceName(one.expectation.device)),
  );
  return after.verdicts.filter(({ outcome, expectation }) => {
    if (outcome !== 'fail' || hopeless.has(deviceName(expectation.device))) return false;
    return (
      expectation.because.length > 0 || whole.has(knobName(expectation)) || isChangedBy(plan, expectation)
    );
  });
}

/**
 * A limit that is taken away is not asked for by anything: libvirt may say that it is gone, and tc still have it. Time
 * that may be saved up was there before: no call of libvirt writes it.
 */
function isChangedBy({ steps }: TuningPlan, { device, parameters, knob }: Verdict['expectation']): boolean {
  if (isBurstKnob(knob)) return false;
  const name = deviceName(device);
  return steps.some(
    step =>
      deviceName(step.device) === name &&
      step.changes.some(({ parameter }) => parameters.some(one => one === parameter)),
  );
}

function doesNotHold(broken: readonly Verdict[]): string {
  const first = broken[0];
  const more = broken.length > 1 ? ` and ${broken.length - 1} more` : '';
  if (first === undefined) return 'does not hold';
  const how = first.reason === 'unexpected' ? 'is still there' : 'does not hold it';
  return `${knobName(first.expectation)} ${how}${more}`;
}

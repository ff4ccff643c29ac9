import { hasErrors } from '../diagnostics.ts';
import { deviceName } from '../domain/tuning.ts';
import type { ApplyResult, StepResult } from '../plan/apply-result.ts';
import type { Step, TuningPlan } from '../plan/plan.ts';
import { knobName } from '../verify/expectation.ts';
import type { Verdict } from '../verify/verdict.ts';
import { type Assessment, assess } from './assess.ts';
import { kernelCpuTune, knobsNotAsBefore } from './before.ts';
import { lookAt } from './look-at.ts';
import { type DomainRequest, planDomain } from './plan-domain.ts';
import type { WriteSurroundings } from './surroundings.ts';
import { type Begun, writeSteps } from './write-steps.ts';

/** How long an enforcer may take to hold what was set (Open vSwitch works in the background), in ms per look. */
const SETTLE_MS = [100, 300, 1000, 2000] as const;

/**
 * Gives a domain a flavor's limits: plan, set, read every layer back, and keep it or put back what was there.
 * A failure of writing or holding is a result, not an exception.
 *
 * @throws QuotaError `not-found`, `unreachable`, `refused`, all before anything is touched
 */
export async function applyDomain(
  surroundings: WriteSurroundings,
  request: DomainRequest,
): Promise<ApplyResult> {
  const { plan, assessment } = await planDomain(surroundings, request);
  const untouched = { plan, steps: [], verdicts: assessment.verdicts };
  if (hasErrors(plan.diagnostics)) return { ...untouched, outcome: 'refused' };
  if (plan.steps.length === 0) return { ...untouched, outcome: 'unchanged' };
  return carryOut(surroundings, request, plan, assessment);
}

async function carryOut(
  surroundings: WriteSurroundings,
  request: DomainRequest,
  plan: TuningPlan,
  before: Assessment,
): Promise<ApplyResult> {
  const begun: Begun[] = [];
  surroundings.progress?.(`setting ${plan.steps.length} devices of '${plan.domain.name}'`);
  const tried = await writeAndHold(surroundings, request, plan, before, begun);
  if (typeof tried === 'string') return rollBack(surroundings, request, plan, before, begun, tried);
  return { outcome: 'applied', plan, steps: plan.steps.map(done), verdicts: tried.verdicts };
}

/** Writes and reads back. @returns how the domain stands then, or why it has to be rolled back */
async function writeAndHold(
  surroundings: WriteSurroundings,
  request: DomainRequest,
  plan: TuningPlan,
  before: Assessment,
  begun: Begun[],
): Promise<Assessment | string> {
  try {
    await writeSteps(surroundings, before.view.state, plan.steps, kernelCpuTune(before.readings), begun);
    const after = await settled(surroundings, request, before);
    const broken = brokenBy(after, before);
    return broken.length === 0 ? after : doesNotHold(broken);
  } catch (error) {
    return messageOf(error);
  }
}

/** Reads the domain again until it holds or the time is over. */
async function settled(
  surroundings: WriteSurroundings,
  request: DomainRequest,
  before: Assessment,
): Promise<Assessment> {
  let after = await assessAgain(surroundings, request, before);
  for (const pause of SETTLE_MS) {
    if (brokenBy(after, before).length === 0) break;
    await surroundings.wait(pause);
    after = await assessAgain(surroundings, request, before);
  }
  return after;
}

async function assessAgain(
  surroundings: WriteSurroundings,
  request: DomainRequest,
  before: Assessment,
): Promise<Assessment> {
  const view = await lookAt(surroundings, before.view.state.uuid);
  return assess(surroundings, view, request.quota, before.scopes);
}

/**
 * The verdicts by which an apply did not succeed: a limit that was asked for fails, or something broke that was whole
 * before. Devices that nothing can limit are reported, but do not undo the rest.
 */
function brokenBy(after: Assessment, before: Assessment): readonly Verdict[] {
  const whole = new Set(
    before.verdicts.filter(one => one.outcome === 'pass').map(one => knobName(one.expectation)),
  );
  const hopeless = new Set(
    after.verdicts
      .filter(one => one.reason === 'no-enforcement-point')
      .map(one => deviceName(one.expectation.device)),
  );
  return after.verdicts.filter(({ outcome, expectation }) => {
    if (outcome !== 'fail' || hopeless.has(deviceName(expectation.device))) return false;
    return expectation.because.length > 0 || whole.has(knobName(expectation));
  });
}

async function rollBack(
  surroundings: WriteSurroundings,
  request: DomainRequest,
  plan: TuningPlan,
  before: Assessment,
  begun: readonly Begun[],
  failure: string,
): Promise<ApplyResult> {
  surroundings.progress?.(`putting back what was there: ${failure}`);
  const errors = new Map<Step, string | undefined>();
  for (const one of [...begun].reverse()) {
    const error = await one.undo().then(() => undefined, messageOf);
    for (const step of one.steps) errors.set(step, error);
  }
  const { verdicts, left } = await lookBack(surroundings, request, before);
  const steps = plan.steps.map(step => undone(step, errors));
  const failed = left.length > 0 || steps.some(step => step.status === 'not-undone');
  const outcome = failed ? 'rollback-failed' : 'rolled-back';
  return { outcome, plan, steps, verdicts, failure, ...(failed && { left }) };
}

/** What is there after the roll-back, and which knobs are not as before. */
async function lookBack(
  surroundings: WriteSurroundings,
  request: DomainRequest,
  before: Assessment,
): Promise<{ verdicts: readonly Verdict[]; left: readonly string[] }> {
  const { signal: _, ...uninterrupted } = surroundings;
  let left: readonly string[] = [];
  let verdicts: readonly Verdict[] = [];
  for (const pause of [0, ...SETTLE_MS]) {
    await surroundings.wait(pause);
    try {
      const now = await assessAgain(uninterrupted, request, before);
      left = knobsNotAsBefore(before.readings, now.readings);
      verdicts = now.verdicts;
    } catch (error) {
      left = [`cannot be read: ${messageOf(error)}`];
    }
    if (left.length === 0) break;
  }
  return { verdicts, left };
}

function done(step: Step): StepResult {
  return { step, status: 'done' };
}

function undone(step: Step, errors: ReadonlyMap<Step, string | undefined>): StepResult {
  if (!errors.has(step)) return { step, status: 'not-tried' };
  const error = errors.get(step);
  return error === undefined ? { step, status: 'undone' } : { step, status: 'not-undone', error };
}

function doesNotHold(broken: readonly Verdict[]): string {
  const first = broken[0];
  const more = broken.length > 1 ? ` and ${broken.length - 1} more` : '';
  return first === undefined ? 'does not hold' : `${knobName(first.expectation)} does not hold it${more}`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

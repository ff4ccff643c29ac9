import { hasErrors } from '../diagnostics.ts';
import { QuotaError } from '../errors.ts';
import type { ApplyResult } from '../plan/apply-result.ts';
import { observedOf } from '../plan/observed.ts';
import { changesAnything, type TuningPlan } from '../plan/plan.ts';
import { movedSince } from '../plan/stale.ts';
import { knobName } from '../verify/expectation.ts';
import { type Assessment, assess } from './assess.ts';
import { carryOut } from './carry-out.ts';
import { exclusively, requireNoJournal } from './exclusive.ts';
import { beginJournal, hasJournal } from './journal.ts';
import { type DomainView, lookAt } from './look-at.ts';
import { type DomainRequest, differsByDefinition, planDomain, planView } from './plan-domain.ts';
import type { ReadSurroundings, WriteSurroundings } from './surroundings.ts';
import { flavorWish, plannedWish, type Wish } from './wish.ts';

/**
 * Gives a domain the limits asked for: plan, set, read every layer back, and keep it or put back what was there.
 * A failure of writing or holding is a result, not an exception.
 *
 * @throws QuotaError `not-found`, `unreachable`, `refused`, `locked`, all before anything is touched
 */
export async function applyDomain(
  surroundings: WriteSurroundings,
  request: DomainRequest,
): Promise<ApplyResult> {
  const view = await lookAt(surroundings, request.domain);
  const unchanged = await unchangedAlready(surroundings, request, view);
  if (unchanged !== undefined) return unchanged;
  const domain = view.state;
  return exclusively(surroundings, domain, async journal => {
    await requireNoJournal(surroundings, domain, journal);
    const { plan, assessment } = await planDomain(surroundings, { ...request, domain: domain.uuid });
    return applyTo(surroundings, plan, { assessment, wish: flavorWish(request), journal });
  });
}

/**
 * The result when nothing is to be written. Who only reads keeps nobody out, so that needs no lock; undefined: what is to
 * be done has to be found out again with it.
 */
async function unchangedAlready(
  surroundings: WriteSurroundings,
  request: DomainRequest,
  view: DomainView,
): Promise<ApplyResult | undefined> {
  if (differsByDefinition(request, view, surroundings.now?.() ?? new Date())) return undefined;
  const { plan, assessment } = await planView(surroundings, request, view);
  if (hasErrors(plan.diagnostics) || changesAnything(plan)) return undefined;
  // Only now: an apply that was at work while the layers were read is seen by its journal.
  if (await hasJournal(surroundings.state, view.state)) return undefined;
  return { plan, steps: [], verdicts: assessment.verdicts, outcome: 'unchanged' };
}

/**
 * Carries out a plan that was made earlier, if the domain is still as it was then.
 *
 * @throws QuotaError as {@link applyDomain}, and `stale-plan` with what has moved
 */
export async function applyPlan(surroundings: WriteSurroundings, plan: TuningPlan): Promise<ApplyResult> {
  return exclusively(surroundings, plan.domain, async journal => {
    await requireNoJournal(surroundings, plan.domain, journal);
    return applyTo(surroundings, plan, { ...(await requireFresh(surroundings, plan)), journal });
  });
}

/**
 * Looks whether a domain is still as it was when a plan was made. Changes nothing.
 *
 * @throws QuotaError as {@link applyPlan}
 */
export async function requireFresh(
  surroundings: ReadSurroundings,
  plan: TuningPlan,
): Promise<{ readonly assessment: Assessment; readonly wish: Wish }> {
  const view = await lookAt(surroundings, plan.domain.uuid).catch(error => {
    throw error instanceof QuotaError && error.code === 'not-found'
      ? stale(plan, ['the domain is gone'])
      : error;
  });
  requireScopes(plan, view);
  const wish = plannedWish(plan);
  const assessment = await assess(surroundings, view, wish, plan.scopes);
  const moved = movedSince(plan, view.state, observedOf(view, assessment.readings));
  if (moved.length > 0) throw stale(plan, moved);
  return { assessment, wish };
}

function requireScopes(plan: TuningPlan, view: DomainView): void {
  const gone = plan.scopes.filter(scope => view[scope] === undefined);
  if (gone.length > 0)
    throw stale(
      plan,
      gone.map(scope => `${scope} definition is gone`),
    );
}

function stale({ domain }: TuningPlan, moved: readonly string[]): QuotaError {
  const list = moved.map(one => `\n  ${one}`).join('');
  return new QuotaError('stale-plan', domain.name, `stale plan: '${domain.name}' has moved on:${list}`);
}

async function applyTo(
  surroundings: WriteSurroundings,
  plan: TuningPlan,
  known: { readonly assessment: Assessment; readonly wish: Wish; readonly journal: string },
): Promise<ApplyResult> {
  const { assessment, wish, journal } = known;
  const untouched = { plan, steps: [], verdicts: assessment.verdicts };
  if (hasErrors(plan.diagnostics)) return { ...untouched, outcome: 'refused' };
  if (!changesAnything(plan)) return { ...untouched, outcome: 'unchanged' };
  const { hypervisor, state } = surroundings;
  if (state !== undefined) {
    const [{ uri }, identity] = await Promise.all([hypervisor.info(), hypervisor.identity()]);
    const startedAt = (surroundings.now?.() ?? new Date()).toISOString();
    await beginJournal(state, { schemaVersion: 1, hypervisor: identity, uri, startedAt, plan });
  }
  const result = await carryOut(surroundings, { plan, wish, whole: wholeIn(assessment) });
  // What could not be put back is left to `recover`.
  if (result.outcome !== 'rollback-failed') await state?.remove(journal);
  return result;
}

function wholeIn({ verdicts }: Assessment): ReadonlySet<string> {
  const passed = verdicts.filter(one => one.outcome === 'pass');
  return new Set(passed.map(one => knobName(one.expectation)));
}

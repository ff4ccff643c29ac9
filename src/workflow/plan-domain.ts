import { withinDriver } from '../plan/driver-limits.ts';
import { observedOf } from '../plan/observed.ts';
import { changesAnything, type TuningPlan } from '../plan/plan.ts';
import { type PlanTarget, planTuning } from '../plan/plan-tuning.ts';
import type { Scope } from '../ports/hypervisor.ts';
import { type Assessment, assess } from './assess.ts';
import { chooseScopes, type DomainView, lookAt } from './look-at.ts';
import type { ReadSurroundings } from './surroundings.ts';
import { type Asked, flavorWish } from './wish.ts';

/** A domain, the limits asked for it, and which definitions are meant (none: as virsh's `--current`). */
export interface DomainRequest extends Asked {
  /** Name, UUID or id. */
  readonly domain: string;
  readonly scopes: readonly Scope[];
}

/** A plan and what it was made from. */
export interface PlannedDomain {
  readonly plan: TuningPlan;
  readonly assessment: Assessment;
}

/** Says what an apply would write. Changes nothing. @throws QuotaError */
export async function planDomain(
  surroundings: ReadSurroundings,
  request: DomainRequest,
): Promise<PlannedDomain> {
  return planView(surroundings, request, await lookAt(surroundings, request.domain));
}

/** The same of a domain that was looked at. @throws QuotaError */
export async function planView(
  surroundings: ReadSurroundings,
  request: DomainRequest,
  view: DomainView,
): Promise<PlannedDomain> {
  const assessment = await assessView(surroundings, request, view);
  return { assessment, plan: planFrom(assessment, request, surroundings.now?.() ?? new Date()) };
}

/**
 * Whether libvirt's definitions alone show that something has to be written. When they do not, an enforcer may still
 * hold something else than they say.
 */
export function differsByDefinition(request: DomainRequest, view: DomainView, now: Date): boolean {
  const { libvirtVersion } = view.info;
  const translate = flavorWish(request).translate;
  const scopes = chooseScopes(view, request.scopes);
  const tunings = scopes.flatMap(scope => {
    const definition = view[scope];
    return definition === undefined ? [] : [[scope, translate(scope, definition, { libvirtVersion }).tuning]];
  });
  const nothingRead = { readings: [], verdicts: [], diagnostics: [] };
  return changesAnything(
    planFrom({ view, scopes, tuning: Object.fromEntries(tunings), ...nothingRead }, request, now),
  );
}

function assessView(
  surroundings: ReadSurroundings,
  request: DomainRequest,
  view: DomainView,
): Promise<Assessment> {
  return assess(surroundings, view, flavorWish(request), chooseScopes(view, request.scopes));
}

function planFrom(
  assessment: Omit<Assessment, 'facts'>,
  { record, ovsNative }: Asked,
  now: Date,
): TuningPlan {
  const { view, scopes, readings, verdicts, diagnostics } = assessment;
  const targets = scopes.flatMap((scope): PlanTarget[] => {
    const definition = view[scope];
    const tuning = assessment.tuning[scope];
    return definition && tuning ? [{ scope, definition, tuning }] : [];
  });
  const at = `${now.toISOString().slice(0, 19)}Z`;
  const plan = planTuning({
    domain: view.state,
    targets,
    verdicts,
    observed: observedOf(view, readings),
    ...(record && { record: { ...record, at } }),
    diagnostics,
    ...(ovsNative === true && { ovsNative }),
  });
  return withinDriver(plan, view.info.driver);
}

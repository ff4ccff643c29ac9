import type { FlavorQuota } from '../intent/flavor-quota.ts';
import { withinDriver } from '../plan/driver-limits.ts';
import type { TuningPlan } from '../plan/plan.ts';
import { type PlanTarget, planTuning } from '../plan/plan-tuning.ts';
import type { Scope } from '../ports/hypervisor.ts';
import { type Assessment, assess } from './assess.ts';
import { chooseScopes, lookAt } from './look-at.ts';
import type { ReadSurroundings } from './surroundings.ts';

/** A domain, a flavor's limits for it, and which definitions are meant (none: as virsh's `--current`). */
export interface DomainRequest {
  /** Name, UUID or id. */
  readonly domain: string;
  readonly quota: FlavorQuota;
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
  const view = await lookAt(surroundings, request.domain);
  const scopes = chooseScopes(view, request.scopes);
  const assessment = await assess(surroundings, view, request.quota, scopes);
  return { assessment, plan: planFrom(assessment) };
}

/** Says how the domain stands, without planning anything. Changes nothing. @throws QuotaError */
export async function verifyDomain(
  surroundings: ReadSurroundings,
  request: DomainRequest,
): Promise<Assessment> {
  const view = await lookAt(surroundings, request.domain);
  return assess(surroundings, view, request.quota, chooseScopes(view, request.scopes));
}

function planFrom(assessment: Assessment): TuningPlan {
  const { view, scopes, verdicts, diagnostics } = assessment;
  const targets = scopes.flatMap((scope): PlanTarget[] => {
    const definition = view[scope];
    const tuning = assessment.tuning[scope];
    return definition && tuning ? [{ scope, definition, tuning }] : [];
  });
  return withinDriver(planTuning({ domain: view.state, targets, verdicts, diagnostics }), view.info.driver);
}

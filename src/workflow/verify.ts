import { countLimits, type LimitCounts } from '../audit/coverage.ts';
import { limitAudits } from '../audit/limit-audit.ts';
import { isOfNextStart } from '../audit/standing.ts';
import type { Verdict } from '../verify/verdict.ts';
import { type Assessment, assess } from './assess.ts';
import { chooseScopes, lookAt } from './look-at.ts';
import type { DomainRequest } from './plan-domain.ts';
import { stillThere } from './still-there.ts';
import type { ReadSurroundings } from './surroundings.ts';
import { flavorWish } from './wish.ts';

/** How a domain stands against what is asked, now and after its next start. */
export interface Verification extends Assessment {
  /** Limits as an audit counts them. */
  readonly limits: LimitCounts;
  /** Of the persistent definition, where it was not meant itself: what the next start makes of it. */
  readonly nextStart: readonly Verdict[];
}

/**
 * Says how the domain stands, without planning anything. Of a running domain its persistent definition is judged too, also
 * where only the running one is meant. Changes nothing.
 *
 * @throws QuotaError; `not-found` also when it went away meanwhile
 */
export async function verifyDomain(
  surroundings: ReadSurroundings,
  request: DomainRequest,
): Promise<Verification> {
  const view = await lookAt(surroundings, request.domain);
  const scopes = chooseScopes(view, request.scopes);
  const isLater = view.config !== undefined && !scopes.includes('config');
  const judged = isLater ? [...scopes, 'config' as const] : scopes;
  const { verdicts: all, ...found } = await assess(surroundings, view, flavorWish(request), scopes, judged);
  if (all.some(({ outcome }) => outcome === 'fail' || outcome === 'inconclusive')) {
    await stillThere(surroundings, view.state);
  }
  const { tuning, view: definitions } = found;
  const limits = countLimits(limitAudits({ tuning, definitions, verdicts: all }));
  const nextStart = isLater ? all.filter(isOfNextStart) : [];
  const verdicts = isLater ? all.filter(verdict => !isOfNextStart(verdict)) : all;
  return { ...found, verdicts, limits, nextStart };
}

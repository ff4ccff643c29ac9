import type { ApplyResult, DomainOutcome } from '../plan/apply-result.ts';
import { type ChangeResult, changeResults } from '../plan/change-results.ts';

/** What `apply -f json` prints: the result, and what became of each limit with its evidence. */
export interface ApplyReport extends ApplyResult {
  readonly schemaVersion: 1;
  /** How the domain is called. */
  readonly domain: string;
  readonly changes: readonly ChangeResult[];
}

/** What is printed of a domain of which there is no result. */
export interface ErrorReport {
  readonly schemaVersion: 1;
  readonly domain: string;
  readonly outcome: 'error';
  readonly error: { readonly code: string; readonly message: string };
}

/** An apply's result as it is printed for programs. */
export function applyReport(result: ApplyResult): ApplyReport {
  return { schemaVersion: 1, domain: result.plan.domain.name, ...result, changes: changeResults(result) };
}

/** The same for one of many domains. */
export function outcomeReport(outcome: DomainOutcome): ApplyReport | ErrorReport {
  if ('result' in outcome) return applyReport(outcome.result);
  const { code, message } = outcome.error;
  return { schemaVersion: 1, domain: outcome.domain, outcome: 'error', error: { code, message } };
}

import type { AuditTally } from '../report/audit-text.ts';
import type { AuditOutcome } from '../workflow/audit.ts';
import { type ExitCode, exitCode } from './exit-codes.ts';

/** How an audit came out so far. */
export type AuditCount = AuditTally;

/** Of no domain yet. */
export const emptyCount: AuditCount = { domains: 0, limits: 0, proved: 0, outcomes: {} };

/** The count with one domain more. */
export function countAudit(count: AuditCount, outcome: AuditOutcome): AuditCount {
  const verdict = 'audit' in outcome ? outcome.audit.outcome : 'inconclusive';
  const { limits, proved } = 'audit' in outcome ? outcome.audit.coverage : { limits: 0, proved: 0 };
  return {
    domains: count.domains + 1,
    limits: count.limits + limits,
    proved: count.proved + proved,
    outcomes: { ...count.outcomes, [verdict]: (count.outcomes[verdict] ?? 0) + 1 },
  };
}

/** A domain that fails counts most, then one that could not be decided. */
export function exitCodeOfCount({ outcomes }: AuditCount): ExitCode {
  if (outcomes.fail !== undefined) return exitCode.differences;
  return outcomes.inconclusive === undefined ? exitCode.ok : exitCode.undecided;
}

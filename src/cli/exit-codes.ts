import { isUndecided } from '../effective/certainty.ts';
import type { Effective } from '../effective/claim.ts';
import type { QuotaErrorCode } from '../errors.ts';
import type { ApplyResult, DomainOutcome } from '../plan/apply-result.ts';
import type { HostResult } from '../plan/host-result.ts';
import type { AuditTally } from '../report/audit-report.ts';
import { summary } from '../verify/judge.ts';
import type { Verdict } from '../verify/verdict.ts';

/** The process's exit codes; scripts decide by them, so they never change. */
export const exitCode = {
  /** Compliant, nothing to do, or done. */
  ok: 0,
  /** Differences: a failing verdict, or `plan --exit-code` with changes. */
  differences: 1,
  /** Usage or invalid input; nothing was touched. */
  invalid: 2,
  /** Hypervisor unreachable or refusing. */
  unreachable: 3,
  /** Applied, did not hold, rolled back. */
  rolledBack: 4,
  /** The roll-back failed; the report says what is left. */
  rollbackFailed: 5,
  /** Could not decide: something could not be read. */
  undecided: 6,
} as const;

/** One of {@link exitCode}'s numbers. */
export type ExitCode = (typeof exitCode)[keyof typeof exitCode];

const ofError: Readonly<Record<QuotaErrorCode, ExitCode>> = {
  'invalid-input': exitCode.invalid,
  'not-found': exitCode.invalid,
  unreachable: exitCode.unreachable,
  refused: exitCode.unreachable,
  locked: exitCode.unreachable,
  'stale-plan': exitCode.differences,
  'rolled-back': exitCode.rolledBack,
  'rollback-failed': exitCode.rollbackFailed,
  internal: exitCode.unreachable,
};

/** The exit code of an error that stopped a command. */
export function exitCodeOfError(code: QuotaErrorCode): ExitCode {
  return ofError[code];
}

/** A failing verdict counts more than an inconclusive one, and that more than any number of passes. */
export function exitCodeOfVerdicts(verdicts: readonly Pick<Verdict, 'outcome'>[]): ExitCode {
  const { overall } = summary(verdicts);
  if (overall === 'fail') return exitCode.differences;
  return overall === 'inconclusive' ? exitCode.undecided : exitCode.ok;
}

/**
 * Of an audit: a domain that fails now counts most, then one that could not be decided; one that is gone counts nothing.
 *
 * @param strict what the next start makes of them counts as well
 */
export function exitCodeOfTally({ outcomes, nextStart = {} }: AuditTally, strict = false): ExitCode {
  return exitCodeOfOutcomes(new Set([...Object.keys(outcomes), ...(strict ? Object.keys(nextStart) : [])]));
}

/** Of domains, by how they came out. */
export function exitCodeOfOutcomes(outcomes: ReadonlySet<string>): ExitCode {
  if (outcomes.has('fail')) return exitCode.differences;
  return outcomes.has('inconclusive') ? exitCode.undecided : exitCode.ok;
}

/** Of what limits devices: where something on the way could not be read, less may get through than is known. */
export function exitCodeOfEffective(all: readonly Pick<Effective, 'certainty' | 'unseen'>[]): ExitCode {
  const isOpen = all.some(({ certainty, unseen }) => isUndecided(certainty, unseen));
  return isOpen ? exitCode.undecided : exitCode.ok;
}

/** From the one that needs attention first. */
const gravity: readonly ExitCode[] = [5, 4, 3, 2, 1, 6, 0];

/** One code for many: that which needs attention first (a roll-back that failed before all others). */
export function worstExitCode(codes: readonly ExitCode[]): ExitCode {
  return gravity.find(code => codes.includes(code)) ?? exitCode.ok;
}

/** The exit code of one of many domains. */
export function exitCodeOfOutcome(outcome: DomainOutcome): ExitCode {
  return 'error' in outcome ? exitCodeOfError(outcome.error.code) : exitCodeOfApply(outcome.result);
}

/** The exit code of an apply, to a domain or to the host: kept or unchanged limits are judged like a verification. */
export function exitCodeOfApply(result: ApplyResult | HostResult<unknown>): ExitCode {
  switch (result.outcome) {
    case 'refused':
      return exitCode.invalid;
    case 'planned':
      return exitCode.ok;
    case 'rolled-back':
      return exitCode.rolledBack;
    case 'rollback-failed':
      return exitCode.rollbackFailed;
    default:
      return exitCodeOfVerdicts(result.verdicts);
  }
}

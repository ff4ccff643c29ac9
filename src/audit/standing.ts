import type { Outcome, Verdict } from '../verify/verdict.ts';

/** How something stands: now, and after the domain has been started anew. */
export interface Standing {
  /**
   * By the running definition and those who enforce it; of a domain that does not run by its persistent definition, and
   * what can be told of enforcers.
   */
  readonly outcome: Outcome;
  /** By the persistent definition; `not-applicable` where there is none, or nothing is expected of it. */
  readonly nextStart: Outcome;
}

/** The two sides of verdicts. This is the one place that tells them apart. @param runs whether the domain does */
export function standingOf(verdicts: readonly Verdict[], runs: boolean): Standing {
  const outcomes = (of: readonly Verdict[]) => overallOutcome(of.map(one => one.outcome));
  return {
    outcome: outcomes(verdicts.filter(verdict => countsNow(verdict, runs))),
    nextStart: outcomes(verdicts.filter(isOfNextStart)),
  };
}

/** Whether a verdict says something of what is in force now. */
export function countsNow(verdict: Verdict, runs: boolean): boolean {
  return !runs || !isOfNextStart(verdict);
}

/** Whether a verdict says something of what is in force after the next start. */
export function isOfNextStart({ expectation }: Verdict): boolean {
  return expectation.layer === 'config';
}

/** What several outcomes come to: a failure counts most, then what could not be seen. */
export function overallOutcome(outcomes: readonly Outcome[]): Outcome {
  const worst: readonly Outcome[] = ['fail', 'inconclusive', 'pass', 'not-applicable'];
  return worst.find(outcome => outcomes.includes(outcome)) ?? 'not-applicable';
}

import type { AuditReport, AuditTally } from '../audit-report.ts';

/** Of no domain yet. */
export const emptyTally: AuditTally = { domains: 0, limits: 0, proved: 0, outcomes: {} };

/** The tally with one domain more; one of which nothing could be said is inconclusive. */
export function tallied(tally: AuditTally, report: AuditReport): AuditTally {
  const { limits, proved } = 'coverage' in report ? report.coverage : { limits: 0, proved: 0 };
  const before = tally.outcomes[report.outcome] ?? 0;
  return {
    domains: tally.domains + 1,
    limits: tally.limits + limits,
    proved: tally.proved + proved,
    outcomes: { ...tally.outcomes, [report.outcome]: before + 1 },
  };
}

/** The tally of the domains of two. */
export function tallies(one: AuditTally, other: AuditTally): AuditTally {
  const outcomes = { ...one.outcomes };
  for (const [name, count] of Object.entries(other.outcomes)) {
    const outcome = name as keyof AuditTally['outcomes'];
    outcomes[outcome] = (outcomes[outcome] ?? 0) + count;
  }
  return {
    domains: one.domains + other.domains,
    limits: one.limits + other.limits,
    proved: one.proved + other.proved,
    outcomes,
  };
}

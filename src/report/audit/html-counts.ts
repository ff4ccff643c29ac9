import type { Cause } from '../../audit/finding.ts';
import type { AuditedOutcome, AuditReport } from '../audit-report.ts';

/** How often a cause was found. */
export interface CauseCount {
  readonly findings: number;
  readonly domains: number;
}

/** What is counted while domains come, for the head of the page. */
export interface PageCounts {
  /** Limits that do not hold. */
  readonly failing: number;
  /** Limits that could not be seen. */
  readonly inconclusive: number;
  readonly causes: ReadonlyMap<Cause, CauseCount>;
}

/** Of no domain yet. */
export const emptyCounts: PageCounts = { failing: 0, inconclusive: 0, causes: new Map() };

/** From what needs attention first. */
export const outcomeOrder: readonly AuditedOutcome[] = [
  'fail',
  'inconclusive',
  'pass',
  'not-applicable',
  'gone',
];

/** The counts with one domain more. */
export function countDomain(counts: PageCounts, report: AuditReport): PageCounts {
  if ('error' in report) return counts;
  const { coverage, findings } = report;
  const causes = new Map(counts.causes);
  for (const cause of new Set(findings.map(one => one.cause))) {
    const before = causes.get(cause) ?? { findings: 0, domains: 0 };
    const here = findings.filter(one => one.cause === cause).length;
    causes.set(cause, { findings: before.findings + here, domains: before.domains + 1 });
  }
  return {
    failing: counts.failing + coverage.failing,
    inconclusive: counts.inconclusive + coverage.inconclusive,
    causes,
  };
}

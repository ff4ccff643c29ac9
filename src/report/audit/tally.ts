import type { AuditReport, AuditTally } from '../audit-report.ts';

/** Of no domain yet. */
export const emptyTally: AuditTally = { domains: 0, limits: 0, proved: 0, outcomes: {} };

/** The tally with one domain more; one of which nothing could be said is inconclusive, unless it is gone. */
export function tallied(tally: AuditTally, report: AuditReport): AuditTally {
  return tallies(tally, tallyOf(report));
}

function tallyOf(report: AuditReport): AuditTally {
  const one = { domains: 1, outcomes: { [report.outcome]: 1 } };
  if ('error' in report) return { limits: 0, proved: 0, ...one };
  const { domain, coverage, nextStart } = report;
  const { limits, proved, lostAtRestart } = coverage;
  if (domain.id === undefined) return { limits: 0, proved: 0, notRunning: { limits, proved }, ...one };
  return {
    limits,
    proved,
    ...(lostAtRestart !== undefined && { lostAtRestart }),
    ...one,
    ...(nextStart !== undefined && { nextStart: { [nextStart]: 1 } }),
  };
}

/** The tally of the domains of two. */
export function tallies(one: AuditTally, other: AuditTally): AuditTally {
  const lostAtRestart = sum(one.lostAtRestart, other.lostAtRestart);
  const notRunning = sums(one.notRunning, other.notRunning);
  const nextStart = sums(one.nextStart, other.nextStart);
  return {
    domains: one.domains + other.domains,
    limits: one.limits + other.limits,
    proved: one.proved + other.proved,
    ...(lostAtRestart !== undefined && { lostAtRestart }),
    ...(notRunning && { notRunning }),
    outcomes: sums(one.outcomes, other.outcomes) ?? {},
    ...(nextStart && { nextStart }),
  };
}

function sum(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined && other === undefined ? undefined : (one ?? 0) + (other ?? 0);
}

/** Member by member; undefined when neither is there. */
function sums<T extends Readonly<Partial<Record<string, number>>>>(
  one: T | undefined,
  other: T | undefined,
): T | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  const all: Record<string, number> = {};
  for (const [name, count = 0] of [...Object.entries(one), ...Object.entries(other)]) {
    all[name] = (all[name] ?? 0) + count;
  }
  return all as T;
}

import type { LimitCounts } from '../audit/coverage.ts';
import type { Verdict } from '../verify/verdict.ts';
import type { AuditTally } from './audit-report.ts';
import { verdictSentence } from './verdict-table.ts';

/** What has to be known of a domain to say what its next start makes of it. */
interface Started {
  /** Absent when it does not run. */
  readonly id?: number;
  readonly persistent: boolean;
}

/** `20 of 20 limits proved in force now, 3 lost at the next start`: both figures of one domain. */
export function limitCountsText({ id, persistent }: Started, counts: LimitCounts): string {
  const { proved, limits, lostAtRestart, inconclusive } = counts;
  const unseen = inconclusive === 0 ? '' : `, ${inconclusive} could not be seen`;
  if (id === undefined) {
    return `${proved} of ${limits} limits in its definition${unseen}; it does not run: none is in force now`;
  }
  const now = `${proved} of ${limits} limits proved in force now${unseen}`;
  return `${now}${persistent ? lostText(lostAtRestart) : ', all lost when it stops: it is transient'}`;
}

/** `; 50 of 51 limits proved in force now, 0 lost at the next start`: the same of all domains. */
export function tallyCountsText({ proved, limits, lostAtRestart, notRunning }: AuditTally): string {
  const now = `${proved} of ${limits} limits proved in force now${lostText(lostAtRestart)}`;
  if (notRunning === undefined) return now;
  return `${now}; ${notRunning.proved} of ${notRunning.limits} in definitions of domains that do not run`;
}

/** Reports of older versions do not know. */
export function lostText(lostAtRestart: number | undefined): string {
  return lostAtRestart === undefined ? '' : `, ${lostAtRestart} lost at the next start`;
}

/** The last lines of a verification: what the persistent definition has not so, and both figures. */
export function renderLimitSummary(
  domain: Started,
  counts: LimitCounts,
  nextStart: readonly Verdict[],
): string {
  const differing = nextStart.filter(({ outcome }) => outcome === 'fail' || outcome === 'inconclusive');
  const sentences = differing.map(one => `at the next start: ${one.outcome}: ${verdictSentence(one)}\n`);
  return `${sentences.join('')}${limitCountsText(domain, counts)}\n`;
}

import { renderAuditError, renderAuditTally, renderDomainAudit } from '../audit-text.ts';
import type { AuditFormat } from './format.ts';

/** For people at a terminal: a line a domain, under it what is wrong, in the end how many limits are proved. */
export const tableFormat: AuditFormat = (_head, { paint }) => ({
  begin: () => '',
  domain: report =>
    'error' in report
      ? `${renderAuditError(report.domain.name, report.error.message, paint)}\n`
      : `${renderDomainAudit(report, paint)}\n`,
  end: tally => [`${renderAuditTally(tally)}\n`],
});

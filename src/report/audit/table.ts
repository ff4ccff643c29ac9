import { renderAuditError, renderAuditTally, renderDomainAudit } from '../audit-text.ts';
import { wrapped } from '../wrap.ts';
import type { AuditFormat } from './format.ts';

/** For people at a terminal: a line a domain, under it what is wrong, in the end how many limits are proved. */
export const tableFormat: AuditFormat = (_head, { paint, width }) => ({
  begin: () => '',
  domain: report =>
    'error' in report
      ? `${renderAuditError(report.domain.name, report.error.message, paint, width)}\n`
      : `${renderDomainAudit(report, paint, width)}\n`,
  end: tally => [`${wrapped(renderAuditTally(tally), { indent: 2, width }).join('\n')}\n`],
});

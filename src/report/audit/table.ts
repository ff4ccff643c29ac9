import type { AuditReport } from '../audit-report.ts';
import { renderAuditError, renderAuditTally, renderDomainAudit, renderGone } from '../audit-text.ts';
import { wrapped } from '../wrap.ts';
import type { AuditFormat, AuditStyle } from './format.ts';

/** For people at a terminal: a line a domain, under it what is wrong, in the end how many limits are proved. */
export const tableFormat: AuditFormat = (_head, style) => ({
  begin: () => '',
  domain: report => `${domainText(report, style)}\n`,
  end: tally => [`${wrapped(renderAuditTally(tally), { indent: 2, width: style.width }).join('\n')}\n`],
});

function domainText(report: AuditReport, { paint, width }: AuditStyle): string {
  if (!('error' in report)) return renderDomainAudit(report, paint, width);
  const render = report.outcome === 'gone' ? renderGone : renderAuditError;
  return render(report.domain.name, report.error.message, paint, width);
}

import type { DomainAudit } from '../../audit/domain-audit.ts';
import { type DeviceRef, deviceName } from '../../domain/tuning.ts';
import type { AuditReport } from '../audit-report.ts';
import { limitCountsText } from '../limit-counts-text.ts';
import { badge, outcomeWords } from './html-badge.ts';
import { findingMarkup } from './html-finding.ts';
import { limitsMarkup } from './html-limits.ts';
import { usageMarkup } from './html-usage.ts';
import { html, type Markup } from './markup.ts';
import { sourceText } from './wording.ts';

/** One domain folded up, behind the opening `<details class="…"` that says how. */
export function domainMarkup(report: AuditReport): Markup {
  return html`><summary>${badge(report.outcome, outcomeWords[report.outcome])}
<h3>${report.domain.name}${'error' in report ? undefined : findingsMarkup(report)}</h3>${'error' in report ? html`<span class="proved">${report.outcome === 'gone' ? 'went away meanwhile' : 'could not be audited'}</span>` : provedMarkup(report)}</summary>
<div class="inside">${'error' in report ? errorMarkup(report) : auditMarkup(report)}</div></details>`;
}

/** How many findings there are, because limits can all hold and something be wrong all the same. */
function findingsMarkup({ findings }: DomainAudit): Markup | undefined {
  if (findings.length === 0) return undefined;
  return html` <span class="tally">${findings.length} ${findings.length === 1 ? 'finding' : 'findings'}</span>`;
}

function provedMarkup({ domain, coverage }: DomainAudit): Markup {
  const { proved, limits, failing, inconclusive } = coverage;
  const { lostAtRestart = 0 } = coverage;
  const lost = lostAtRestart === 0 ? undefined : html`, <b>${lostAtRestart}</b> not after a start`;
  const part = (kind: string, from: number, count: number) =>
    html`<rect class="${kind}" x="${percent(from, limits)}" width="${percent(count, limits)}" height="10"/>`;
  return html`<span class="proved"><span><b>${proved}</b> of <b>${limits}</b> ${domain.id === undefined ? 'defined' : 'in force now'}${lost}</span>
<svg class="whole" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"><rect class="track" width="100" height="10"/>${part('pass', 0, proved)}${part('fail', proved, failing)}${part('inconclusive', proved + failing, inconclusive)}</svg></span>`;
}

function percent(part: number, whole: number): string {
  return whole === 0 ? '0' : String(Math.round((part / whole) * 100_000) / 1000);
}

function errorMarkup({ domain, outcome, error }: Extract<AuditReport, { readonly error: object }>): Markup {
  const what = outcome === 'gone' ? 'It went away while it was read' : 'It could not be audited';
  return html`<dl class="facts"><div><dt>UUID</dt><dd><code>${domain.uuid}</code></dd></div></dl>
<p class="reason">${what}: ${error.message} (${error.code}).</p>`;
}

function auditMarkup(audit: DomainAudit): Markup {
  const { findings, domain } = audit;
  return html`<dl class="facts">
<div><dt>State</dt><dd>${domain.state}${domain.persistent ? '' : ', transient'}</dd></div>
<div><dt>Limits</dt><dd>${limitCountsText(domain, audit.coverage)}</dd></div>
<div><dt>Measured by</dt><dd>${sourceText(audit)}</dd></div>
<div><dt>UUID</dt><dd><code>${domain.uuid}</code></dd></div>
${devicesMarkup('Asked, but unlimited', audit.coverage.devices.unlimitedThoughAsked)}
${devicesMarkup('Limited, but not asked', audit.coverage.devices.limitedThoughUnasked)}
</dl>
${findings.length === 0 ? undefined : html`<h4>Findings</h4>${findings.map(findingMarkup)}`}
${usageMarkup(audit.usage)}
${limitsMarkup(audit)}`;
}

function devicesMarkup(name: string, devices: readonly DeviceRef[]): Markup | undefined {
  if (devices.length === 0) return undefined;
  return html`<div><dt>${name}</dt><dd>${devices.map(deviceName).join(', ')}</dd></div>`;
}

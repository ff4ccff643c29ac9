import { severityOf } from '../../audit/severity.ts';
import type { AuditedOutcome, AuditTally } from '../audit-report.ts';
import { causeTexts } from './cause-text.ts';
import type { AuditHead } from './format.ts';
import { badge, outcomeWords } from './html-badge.ts';
import { outcomeOrder, type PageCounts } from './html-counts.ts';
import { html, type Markup } from './markup.ts';
import { hostText } from './wording.ts';

/** The head of the page: how many limits are proved, of which host, when. */
export function headerMarkup(head: AuditHead, tally: AuditTally, counts: PageCounts): Markup {
  const { proved, limits, domains } = tally;
  const parts = [
    { name: 'proved', count: proved, class: 'pass' },
    { name: 'failing', count: counts.failing, class: 'fail' },
    { name: 'not seen', count: counts.inconclusive, class: 'inconclusive' },
  ] as const;
  return html`<header>
<p class="product">virt-quota · limits audit</p>
<h1><span class="figure">${proved}</span> of <span class="figure">${limits}</span> limits proved in force now</h1>
${laterMarkup(tally)}
<p class="meta">${domains} ${domains === 1 ? 'domain' : 'domains'}${hostMarkup(head)}${timeMarkup(head)}</p>
${stackedBar(parts, limits)}
<ul class="key">${parts.map(part => html`<li class="${part.class}"><b>${part.count}</b> ${part.name}</li>`)}</ul>
</header>`;
}

/** The second figure: what of that does not outlast the next start; and those that nothing holds now. */
function laterMarkup({ proved, lostAtRestart, notRunning }: AuditTally): Markup | undefined {
  if (lostAtRestart === undefined && notRunning === undefined) return undefined;
  const lost =
    lostAtRestart === undefined
      ? undefined
      : html`<span class="${lostAtRestart > 0 ? 'lost some' : 'lost'}"><b>${lostAtRestart}</b> of ${proved} lost at the next start</span>`;
  const idle =
    notRunning &&
    html`${lost && '; '}<b>${notRunning.proved}</b> of ${notRunning.limits} in definitions of domains that do not run`;
  return html`<p class="later">${lost}${idle}</p>`;
}

function hostMarkup({ host }: AuditHead): Markup | undefined {
  return host && html` on <code>${hostText(host)}</code>`;
}

function timeMarkup({ at }: AuditHead): Markup | undefined {
  if (at === undefined) return undefined;
  const shown = `${at.slice(0, 10)} ${at.slice(11, 19)} UTC`;
  return html`, <time datetime="${at}">${shown}</time>`;
}

/** The parts of a whole side by side; what they are stands beside it in words. */
function stackedBar(
  parts: readonly { readonly count: number; readonly class: string }[],
  whole: number,
): Markup {
  let from = 0;
  const rects = parts.map(part => {
    const width = whole === 0 ? 0 : (part.count / whole) * 100;
    const rect = html`<rect class="${part.class}" x="${from.toFixed(3)}" width="${width.toFixed(3)}" height="10"/>`;
    from += width;
    return rect;
  });
  return html`<svg class="whole" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"><rect class="track" width="100" height="10"/>${rects}</svg>`;
}

/** What was found, by cause: how often, in how many domains, and what it means. */
export function causesMarkup({ causes }: PageCounts): Markup | undefined {
  if (causes.size === 0) return undefined;
  const rows = [...causes].sort(([, one], [, other]) => other.findings - one.findings);
  return html`<section aria-labelledby="causes">
<h2 id="causes">What was found</h2>
<ul class="causes">${rows.map(
    ([cause, { findings, domains }]) => html`<li class="${severityOf(cause)}">
<p><strong>${causeTexts[cause].title}</strong> <span class="times">${findings}× in ${domains} ${domains === 1 ? 'domain' : 'domains'}</span></p>
<p>${causeTexts[cause].help}</p></li>`,
  )}</ul>
</section>`;
}

/** Which domains are shown: radio buttons that the style sheet looks at. */
export function filterMarkup({ domains, outcomes }: AuditTally): Markup {
  const choice = (value: AuditedOutcome | 'all', count: number, label: string | Markup) =>
    html`<label><input type="radio" name="show" value="${value}"${value === 'all' ? html` checked` : undefined}> ${label} <span class="count">${count}</span></label>`;
  const present = outcomeOrder.filter(outcome => (outcomes[outcome] ?? 0) > 0);
  return html`<fieldset class="filter"><legend>Show</legend>
${choice('all', domains, 'all')}
${present.map(outcome => choice(outcome, outcomes[outcome] ?? 0, badge(outcome, outcomeWords[outcome])))}
</fieldset>`;
}

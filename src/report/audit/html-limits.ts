import type { DomainAudit } from '../../audit/domain-audit.ts';
import type { LimitAudit } from '../../audit/limit-audit.ts';
import { deviceName } from '../../domain/tuning.ts';
import { knobName } from '../../verify/expectation.ts';
import type { Verdict } from '../../verify/verdict.ts';
import { type ChainLink, chainOf } from './chain.ts';
import { badge, outcomeWords } from './html-badge.ts';
import { valuesMarkup } from './html-finding.ts';
import { html, type Markup } from './markup.ts';
import { limitValue, observedLine, toleranceLine } from './wording.ts';

/** Every limit with its chain, by device; below each device all its links with what was read. */
export function limitsMarkup({ limits }: DomainAudit): Markup {
  if (limits.length === 0) return html`<p>No limit is asked for, and none is defined.</p>`;
  const devices = new Map<string, LimitAudit[]>();
  for (const limit of limits) {
    const name = deviceName(limit.device);
    devices.set(name, [...(devices.get(name) ?? []), limit]);
  }
  return html`<h4>Limits</h4>${[...devices].map(([name, own]) => deviceMarkup(name, own))}`;
}

function deviceMarkup(name: string, limits: readonly LimitAudit[]): Markup {
  const links = uniqueLinks(limits);
  return html`<section class="device"><h5>${name}</h5>
<table class="limits"><thead><tr><th scope="col">Limit</th><th scope="col">Value</th><th scope="col">Chain</th><th scope="col">Result</th></tr></thead>
<tbody>${limits.map(limitMarkup)}</tbody></table>
${links.length === 0 ? undefined : linksMarkup(name, links, limits)}</section>`;
}

function limitMarkup(limit: LimitAudit): Markup {
  const { parameter, because, outcome } = limit;
  return html`<tr><th scope="row">${parameter}${because && html` <span class="key">${because}</span>`}</th><td>${limitValue(limit)}</td><td><ol class="chain">${chainOf(limit).map(linkMarkup)}</ol></td><td>${badge(outcome, outcomeWords[outcome])}</td></tr>
`;
}

function linkMarkup({ label, outcome, breaks }: ChainLink): Markup {
  const kind = `${outcome ?? 'unseen'}${breaks ? ' broken' : ''}`;
  return html`<li class="${kind}">${label}${breaks ? html` <em>breaks here</em>` : undefined}</li>`;
}

/** One knob carries several limits: it is told once. */
function uniqueLinks(limits: readonly LimitAudit[]): readonly Verdict[] {
  const found = new Map<string, Verdict>();
  for (const { verdicts } of limits) {
    for (const verdict of verdicts) {
      const key = knobName(verdict.expectation);
      if (!found.has(key)) found.set(key, verdict);
    }
  }
  return [...found.values()];
}

/** On paper only those are there that have something to tell: not all limits hold, or somebody has unfolded them. */
function linksMarkup(device: string, links: readonly Verdict[], limits: readonly LimitAudit[]): Markup {
  const isTelling = limits.some(one => one.outcome === 'fail' || one.outcome === 'inconclusive');
  const count = links.length === 1 ? '1 link' : `${links.length} links`;
  return html`<details class="links${isTelling ? ' telling' : undefined}"><summary>${count} of ${device}, with evidence</summary>
<table class="evidence"><thead><tr><th scope="col">Link</th><th scope="col">Expected</th><th scope="col">Observed</th><th scope="col">Evidence</th><th scope="col">Result</th></tr></thead>
<tbody>${links.map(evidenceMarkup)}</tbody></table></details>`;
}

function evidenceMarkup(verdict: Verdict): Markup {
  const { expectation, outcome, observed, evidence, detail } = verdict;
  const { layer, subject, knob, expected, impossible } = expectation;
  const tolerance = toleranceLine(expectation);
  const seen = observed === undefined ? observedLine(verdict) : valuesMarkup(expectation, observed);
  return html`<tr><th scope="row"><code>${layer} ${subject} ${knob}</code></th><td>${impossible === undefined ? valuesMarkup(expectation, expected) : '–'}${tolerance === '' ? undefined : html` <small>${tolerance}</small>`}</td><td>${seen}${detail === undefined || observed === undefined ? undefined : html` <small>${detail}</small>`}</td><td>${evidence && html`<code>${evidence.source}</code> <small>${evidence.text}</small>`}</td><td>${badge(outcome, outcomeWords[outcome])}</td></tr>
`;
}

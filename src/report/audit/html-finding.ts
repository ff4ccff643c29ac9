import type { Finding } from '../../audit/finding.ts';
import { deviceName } from '../../domain/tuning.ts';
import { quoteArguments } from '../../domain/virsh-commands.ts';
import type { KnobValues } from '../../verify/expectation.ts';
import { type KnobOfLimits, knobQuantities } from '../knob-quantity.ts';
import { causeTexts } from './cause-text.ts';
import { badge } from './html-badge.ts';
import { html, type Markup } from './markup.ts';
import { toleranceLine } from './wording.ts';

/** One finding: what, where, expected and observed one above the other, how it was seen, how to repair it. */
export function findingMarkup(finding: Finding): Markup {
  const { cause, severity, device, parameters, because, layer, subject, knob, explanation } = finding;
  const { evidence, repair } = finding;
  return html`<article class="finding ${severity}">
<h5>${badge(severity, severity)} ${causeTexts[cause].title}</h5>
<p>${explanation}.</p>
<dl>
<div><dt>Limit</dt><dd>${deviceName(device)}: <b>${parameters.join(', ')}</b>${because.length === 0 ? undefined : html` <span class="key">${because.join(', ')}</span>`}</dd></div>
<div><dt>Breaks at</dt><dd><code>${layer} ${subject} ${knob}</code></dd></div>
<div><dt>Expected</dt><dd>${valuesMarkup(finding, finding.expected)}</dd></div>
<div><dt>Observed</dt><dd>${valuesMarkup(finding, finding.observed)}</dd></div>
${finding.tolerance && html`<div><dt>Tolerance</dt><dd>${toleranceLine(finding)}</dd></div>`}
${evidence && html`<div><dt>Seen in</dt><dd><code>${evidence.source}</code>${evidence.text === '' ? html`<p>Nothing was there.</p>` : html`<pre>${evidence.text}</pre>`}</dd></div>`}
${repair && html`<div><dt>Repair</dt><dd><pre class="command">${quoteArguments(repair.argv)}</pre>${repair.note && html`<p>${repair.note}</p>`}</dd></div>`}
</dl>
</article>`;
}

/** The values of a knob, each with its name before it. */
export function valuesMarkup(knob: KnobOfLimits, values: KnobValues | undefined): Markup {
  if (values === undefined) return html`<i>absent</i>`;
  return html`<span class="values">${knobQuantities(knob, values).map(
    ({ name, text }) => html`<span>${name === '' ? undefined : html`<small>${name}</small> `}${text}</span>`,
  )}</span>`;
}

import type { Usage } from '../../audit/usage.ts';
import { deviceName } from '../../domain/tuning.ts';
import { readableQuantity } from '../quantity.ts';
import { shareText } from '../rate-text.ts';
import { html, type Markup } from './markup.ts';
import { usedText } from './wording.ts';

/** How much of each limit was used, as a bar and in words. */
export function usageMarkup(usage: readonly Usage[]): Markup | undefined {
  if (usage.length === 0) return undefined;
  return html`<h4>Use</h4>
<table class="usage"><thead><tr><th scope="col">Limit</th><th scope="col">Used</th><th scope="col">Of</th><th scope="col">Held back</th></tr></thead>
<tbody>${usage.map(rowMarkup)}</tbody></table>`;
}

function rowMarkup(one: Usage): Markup {
  return html`<tr><th scope="row">${deviceName(one.device)} <b>${one.parameter}</b> <code class="source">${one.evidence.source}</code></th><td>${usedMarkup(one)}</td><td>${readableQuantity(one.limit, one.unit)}</td><td>${heldBackMarkup(one)}</td></tr>`;
}

function usedMarkup(usage: Usage): Markup {
  const text = usedText(usage);
  if (text === undefined) return html`<span class="unknown">not sampled</span>`;
  const over = usage.exceeds ? html` <strong>exceeds the limit</strong>` : undefined;
  return html`${bar(usage.ratio ?? 0, usage.exceeds ? 'fail' : 'use')} ${text}${over}`;
}

function heldBackMarkup({ throttled, isBiting }: Usage): Markup {
  if (throttled === undefined) return html`<span class="unknown">not counted</span>`;
  const counters = Object.entries(throttled.counters).map(([name, count]) => `${name} ${count}`);
  return html`${bar(throttled.ratio, 'held')} ${shareText(throttled.ratio, 1)}${isBiting ? html` <strong>biting</strong>` : undefined} <small>${counters.join(', ')}</small>`;
}

function bar(ratio: number, kind: string): Markup {
  const width = Math.round(Math.min(1, Math.max(0, ratio)) * 1000) / 10;
  return html`<svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"><rect class="track" width="100" height="10"/><rect class="${kind}" width="${width}" height="10"/></svg>`;
}

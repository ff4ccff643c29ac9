import type { Outcome } from '../../verify/verdict.ts';
import { html, type Markup } from './markup.ts';

/** How an outcome is called. */
export const outcomeWords: Readonly<Record<Outcome, string>> = {
  pass: 'pass',
  fail: 'fail',
  inconclusive: 'inconclusive',
  'not-applicable': 'not applicable',
};

/** A word with a colour and a sign; the sign comes from the style sheet. */
export function badge(kind: Outcome | 'error' | 'warning' | 'note', text: string): Markup {
  return html`<span class="badge ${kind}">${text}</span>`;
}

import type { AuditedOutcome } from '../audit-report.ts';
import { html, type Markup } from './markup.ts';

/** How an outcome is called. */
export const outcomeWords: Readonly<Record<AuditedOutcome, string>> = {
  pass: 'pass',
  fail: 'fail',
  inconclusive: 'inconclusive',
  'not-applicable': 'not applicable',
  gone: 'gone',
};

/** A word with a colour and a sign; the sign comes from the style sheet. */
export function badge(kind: AuditedOutcome | 'error' | 'warning' | 'note', text: string): Markup {
  return html`<span class="badge ${kind}">${text}</span>`;
}

import type { AuditedOutcome, AuditTally } from '../audit-report.ts';
import { tallyCountsText } from '../limit-counts-text.ts';
import type { AuditFormat, AuditHead } from './format.ts';
import { countDomain, emptyCounts, outcomeOrder, type PageCounts } from './html-counts.ts';
import { domainMarkup } from './html-domain.ts';
import { legendMarkup } from './html-legend.ts';
import { styleSheet } from './html-style.ts';
import { causesMarkup, filterMarkup, headerMarkup } from './html-summary.ts';
import { html, type Markup } from './markup.ts';

/** Up to so many domains are shown unfolded. */
const FEW = 2;

/**
 * One file for a browser, with everything in it: no script, nothing from elsewhere. Domains stand by how they came out,
 * so they are kept till the end.
 */
export const htmlFormat: AuditFormat = (head, { sha256, version }) => {
  const domains = new Map<AuditedOutcome, string[]>(outcomeOrder.map(outcome => [outcome, []]));
  let counts = emptyCounts;
  return {
    begin: () => '',
    domain: report => {
      counts = countDomain(counts, report);
      domains.get(report.outcome)?.push(domainMarkup(report).markup);
      return '';
    },
    *end(tally) {
      yield documentHead(tally, sha256);
      yield pageTop(head, tally, counts).markup;
      const opening = tally.domains <= FEW ? '<details open' : '<details';
      for (const outcome of outcomeOrder) {
        for (const one of domains.get(outcome) ?? []) yield `${opening} class="domain ${outcome}"${one}\n`;
      }
      yield html`</section>
</main>
<footer><p>Made by virt-quota${version === undefined ? '' : ` ${version}`}. Read only: nothing was changed.</p></footer>
</body>
</html>
`.markup;
    },
  };
};

function documentHead(tally: AuditTally, sha256: (text: string) => string): string {
  const policy = `default-src 'none'; style-src 'sha256-${sha256(styleSheet)}'; base-uri 'none'; form-action 'none'`;
  const head = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>Limits audit: ${tallyCountsText(tally)}</title>
`;
  // Its hash is in the policy: not a byte of it may be escaped.
  return `${head.markup}<style>${styleSheet}</style>\n</head>\n<body>\n`;
}

function pageTop(head: AuditHead, tally: AuditTally, counts: PageCounts): Markup {
  return html`${headerMarkup(head, tally, counts)}
<main>
${causesMarkup(counts)}
${legendMarkup}
<section aria-labelledby="domains">
<h2 id="domains">Domains</h2>
${filterMarkup(tally)}
`;
}

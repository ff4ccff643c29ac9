import { isLostAtRestart } from '../../audit/coverage.ts';
import type { DomainAudit } from '../../audit/domain-audit.ts';
import type { Finding } from '../../audit/finding.ts';
import type { LimitAudit } from '../../audit/limit-audit.ts';
import type { Usage } from '../../audit/usage.ts';
import { deviceName } from '../../domain/tuning.ts';
import { quoteArguments } from '../../domain/virsh-commands.ts';
import type { AuditedOutcome, AuditReport } from '../audit-report.ts';
import { renderAuditTally } from '../audit-text.ts';
import { knobLine } from '../knob-quantity.ts';
import { limitCountsText } from '../limit-counts-text.ts';
import { shareText } from '../rate-text.ts';
import { oneLine } from '../table.ts';
import { causeTexts } from './cause-text.ts';
import { type ChainLink, chainOf } from './chain.ts';
import type { AuditFormat, AuditHead } from './format.ts';
import { unreadLinks } from './unread.ts';
import { hostText, limitValue, sourceText, usedText } from './wording.ts';

const marks: Readonly<Record<AuditedOutcome, string>> = {
  pass: '✅ pass',
  fail: '❌ fail',
  inconclusive: '❔ inconclusive',
  'not-applicable': '➖ not applicable',
  gone: '➖ gone',
};

/** For an issue or a wiki: a section a domain with what is wrong, and the chain of each limit that is not proved. */
export const markdownFormat: AuditFormat = head => ({
  begin: () => `# Limits audit\n${headLine(head)}`,
  domain: report => `\n${('error' in report ? failedSection(report) : section(report)).join('\n')}\n`,
  end: tally => [`\n**${prose(renderAuditTally(tally))}**\n`],
});

function headLine({ at, host }: AuditHead): string {
  const parts = [...(host === undefined ? [] : [hostText(host)]), ...(at === undefined ? [] : [at])];
  return parts.length === 0 ? '' : `\n${prose(parts.join(', '))}\n`;
}

function failedSection({ domain, outcome, error }: Extract<AuditReport, { readonly error: object }>) {
  return [`## ${marks[outcome]}: ${code(domain.name)}`, '', prose(error.message)];
}

function section(audit: DomainAudit): readonly string[] {
  const { domain, outcome, coverage, findings, limits } = audit;
  const open = limits.filter(
    one => one.outcome === 'fail' || one.outcome === 'inconclusive' || isLostAtRestart(one),
  );
  return [
    `## ${marks[outcome]}: ${code(domain.name)}`,
    '',
    `${limitCountsText(domain, coverage)}; ${domain.state}; measured by: ${prose(sourceText(audit))}.`,
    ...unreadList(audit),
    ...findings.flatMap(findingLines),
    ...(open.length === 0 ? [] : ['', ...chainTable(open)]),
    ...useTable(audit.usage),
  ];
}

/** What could not be read, and why. */
function unreadList(audit: DomainAudit): readonly string[] {
  const unread = unreadLinks(audit);
  if (unread.length === 0) return [];
  const items = unread.map(({ device, knobs, why }) => {
    return `- ${code(device)}: ${knobs.map(code).join(', ')}: ${prose(why)}`;
  });
  return ['', '### Could not be read', '', ...items];
}

function findingLines(finding: Finding): readonly string[] {
  const { cause, severity, device, parameters, layer, subject, knob, evidence, repair } = finding;
  const rows: readonly (readonly [string, string])[] = [
    ['Limits', parameters.map(code).join(', ')],
    ['Where', code(`${layer} ${subject} ${knob}`)],
    ['Expected', code(knobLine(finding, finding.expected))],
    ['Observed', code(knobLine(finding, finding.observed))],
    ...(finding.tolerance ? [['Tolerance', prose(finding.tolerance.reason)] as const] : []),
    ...(evidence
      ? [['Evidence', `${code(evidence.source)}: ${code(evidence.text || 'nothing')}`] as const]
      : []),
    ...(repair ? [['Repair', code(quoteArguments(repair.argv))] as const] : []),
  ];
  return [
    '',
    `### ${severity}: ${causeTexts[cause].title} (${code(deviceName(device))})`,
    '',
    `${prose(finding.explanation)}.`,
    '',
    '| | |',
    '|---|---|',
    ...rows.map(([name, text]) => `| ${name} | ${text} |`),
  ];
}

function chainTable(limits: readonly LimitAudit[]): readonly string[] {
  return [
    '| Limit | Value | Asked | Persistent | Live | Enforcer |',
    '|---|---|---|---|---|---|',
    ...limits.map(limit => {
      const links = chainOf(limit).map(linkText);
      const first = [code(`${deviceName(limit.device)} ${limit.parameter}`), prose(limitValue(limit))];
      return `| ${[...first, ...links].join(' | ')} |`;
    }),
  ];
}

/** Of limits whose counters were read twice. */
function useTable(usage: readonly Usage[]): readonly string[] {
  const sampled = usage.filter(one => one.used !== undefined);
  if (sampled.length === 0) return [];
  const rows = sampled.map(one => {
    const held = one.throttled === undefined ? '–' : shareText(one.throttled.ratio, 1);
    const name = code(`${deviceName(one.device)} ${one.parameter}`);
    return `| ${name} | ${usedText(one)} | ${limitValue({ value: one.limit, unit: one.unit })} | ${held} |`;
  });
  return ['', '| Limit | Used | Of | Held back |', '|---|---|---|---|', ...rows];
}

function linkText({ name, label, outcome, breaks }: ChainLink): string {
  if (name === 'asked') return label;
  if (outcome === undefined) return '–';
  const text = name === 'enforcer' ? `${marks[outcome]} (${label})` : marks[outcome];
  return breaks ? `**${text}, breaks here**` : text;
}

/** Text as it is, on one line. A pipe would end a cell of a table even here, so then the text goes as HTML. */
function code(text: string): string {
  const plain = oneLine(text);
  if (plain.includes('|')) return `<code>${plain.replace(punctuation, entity)}</code>`;
  const longest = Math.max(0, ...[...plain.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  const pad = plain === '' || /^[` ]|[` ]$/.test(plain) ? ' ' : '';
  return `${fence}${pad}${plain}${pad}${fence}`;
}

/** Words with names in them: nothing in them is taken for Markdown, HTML, a mention or a link. */
function prose(text: string): string {
  return oneLine(text).replace(punctuation, entity);
}

const punctuation = /[\\`*_{}[\]<>#|~&!@"]|(?<=\w):(?=\/\/)/g;

function entity(mark: string): string {
  return `&#${mark.charCodeAt(0)};`;
}

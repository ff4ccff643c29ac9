import type { DomainAudit } from '../audit/domain-audit.ts';
import type { Finding, Repair } from '../audit/finding.ts';
import { deviceName } from '../domain/tuning.ts';
import { quoteArguments } from '../domain/virsh-commands.ts';
import { type UnreadLinks, unreadLinks } from './audit/unread.ts';
import { evidenceLine, sourceText, toleranceLine } from './audit/wording.ts';
import type { AuditTally } from './audit-report.ts';
import { knobLine } from './knob-quantity.ts';
import { limitCountsText, tallyCountsText } from './limit-counts-text.ts';
import { oneLine, type Paint } from './table.ts';
import { wrapped, wrappedCommand } from './wrap.ts';

const styles = { pass: 'green', fail: 'red', inconclusive: 'yellow', 'not-applicable': 'dim' } as const;

/** Columns before what is told of a finding, and of what is told beside its name. */
const INSET = 7;
const ASIDE = INSET + 11;

/**
 * One domain: a line with the verdict and how many limits are proved, and under it what is wrong, with the cause, what
 * was expected and what is there, where it can be seen, and what would repair it.
 *
 * @param width columns that a line may have; absent: any number
 */
export function renderDomainAudit(audit: DomainAudit, paint: Paint, width?: number): string {
  const { domain, outcome, coverage, findings } = audit;
  const text = `${domain.name}  ${limitCountsText(domain, coverage)}  (${sourceText(audit)})`;
  const head = labelled(outcome.padEnd(12), `  ${text}`, of => paint(styles[outcome], of), width);
  const unread = unreadLinks(audit).flatMap(one => unreadLines(one, paint, width));
  return [...head, ...unread, ...findings.flatMap(found => findingLines(found, paint, width))].join('\n');
}

/** A domain of which nothing could be said. */
export function renderAuditError(name: string, message: string, paint: Paint, width?: number): string {
  return labelled('inconclusive', `  ${name}  ${message}`, of => paint('yellow', of), width).join('\n');
}

/** A domain that went away while it was read. */
export function renderGone(name: string, message: string, paint: Paint, width?: number): string {
  return labelled('gone'.padEnd(12), `  ${name}  ${message}`, of => paint('dim', of), width).join('\n');
}

/** Lines that begin with a word in colour. */
function labelled(
  label: string,
  text: string,
  paint: (text: string) => string,
  width: number | undefined,
): readonly string[] {
  const indent = label.length + 2;
  const lines = wrapped(`${label}${oneLine(text)}`, { indent, width });
  return lines.map((line, index) => (index === 0 ? `${paint(label)}${line.slice(label.length)}` : line));
}

/** Links that could not be read, for one reason, with the limits that are open for it. */
function unreadLines(
  { device, knobs, parameters, why }: UnreadLinks,
  paint: Paint,
  width: number | undefined,
): readonly string[] {
  const aside = (name: string, text: string) =>
    wrapped(oneLine(`${' '.repeat(INSET)}${name.padEnd(ASIDE - INSET)}${text}`), { indent: ASIDE, width });
  return [
    ...labelled('  open', ` ${device}: ${knobs.join(', ')}`, of => paint('yellow', of), width),
    ...aside('limit', parameters.join(', ')),
    ...aside('unread', why),
  ];
}

const severities = { error: 'fail', warning: 'warn', note: 'note' } as const;
const severityStyles = { error: 'red', warning: 'yellow', note: 'dim' } as const;

function findingLines(finding: Finding, paint: Paint, width: number | undefined): readonly string[] {
  const { severity, layer, subject, knob, because, cause, explanation, evidence, repair } = finding;
  const where = `${deviceName(finding.device)}: ${layer} ${subject} ${knob}`;
  const asked = because.length === 0 ? '' : `, asked by ${because.join(', ')}`;
  const tolerance = toleranceLine(finding);
  const label = `  ${severities[severity]}`;
  const aside = (name: string, text: string) =>
    wrapped(oneLine(`${' '.repeat(INSET)}${name.padEnd(ASIDE - INSET)}${text}`), {
      indent: ASIDE,
      width,
    });
  return [
    ...labelled(label, ` ${where}`, of => paint(severityStyles[severity], of), width),
    ...aside('limit', `${finding.parameters.join(', ')}${asked}`),
    ...aside('cause', `${cause}: ${explanation}`),
    ...aside('expected', knobLine(finding, finding.expected)),
    ...aside('observed', knobLine(finding, finding.observed)),
    ...(tolerance === '' ? [] : aside('tolerance', tolerance)),
    ...(evidence === undefined ? [] : aside('seen in', evidenceLine(evidence))),
    ...(repair === undefined ? [] : repairLines(repair, width)),
  ];
}

function repairLines({ argv, note }: Repair, width: number | undefined): readonly string[] {
  const wrapping = { indent: ASIDE, width };
  const first = `${' '.repeat(INSET)}${'repair'.padEnd(ASIDE - INSET)}`;
  const words = argv.map(word => oneLine(quoteArguments([word])));
  const lines = wrappedCommand(first, words, wrapping);
  return note === undefined
    ? lines
    : [...lines, ...wrapped(oneLine(`${' '.repeat(ASIDE)}# ${note}`), wrapping)];
}

/** `3 domains: 2 pass, 1 fail; 50 of 51 limits proved in force now, 0 lost at the next start` */
export function renderAuditTally(tally: AuditTally): string {
  const { domains, outcomes } = tally;
  const parts = Object.entries(outcomes).map(([outcome, count]) => `${count} ${outcome}`);
  const of = `${domains} ${domains === 1 ? 'domain' : 'domains'}: ${parts.join(', ') || 'nothing to audit'}`;
  return `${of}; ${tallyCountsText(tally)}`;
}

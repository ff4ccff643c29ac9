import { isLostAtRestart } from '../../audit/coverage.ts';
import type { Finding } from '../../audit/finding.ts';
import type { LimitAudit } from '../../audit/limit-audit.ts';
import { type DeviceRef, deviceName } from '../../domain/tuning.ts';
import type { Verdict } from '../../verify/verdict.ts';
import type { AuditReport } from '../audit-report.ts';
import { knobText } from '../quantity.ts';
import { oneLine } from '../table.ts';
import { linkOf } from './chain.ts';
import type { AuditFormat } from './format.ts';
import { findingOf, findingsApart } from './wording.ts';

type Cell = string | number | undefined;

/** A link as a row has it: of a limit, or where a finding is that is about none of the limits. */
type Link = Pick<Verdict, 'expectation' | 'outcome' | 'observed' | 'reason' | 'detail' | 'evidence'>;

/** What a row is made from: a link of a limit, a limit without any, a finding, a domain without any of them. */
interface Row {
  readonly report: AuditReport;
  readonly limit?: LimitAudit;
  readonly finding?: Finding;
  readonly link?: Link;
}

const columns: Readonly<Record<string, (row: Row) => Cell>> = {
  domain: ({ report }) => report.domain.name,
  uuid: ({ report }) => report.domain.uuid,
  state: ({ report }) => ('state' in report.domain ? report.domain.state : ''),
  domain_outcome: ({ report }) => report.outcome,
  source: ({ report }) => ('source' in report ? report.source : ''),
  flavor: ({ report }) => ('flavor' in report ? report.flavor : ''),
  device: ({ limit, finding }) => deviceOf(limit ?? finding),
  limit: ({ limit, finding }) => limit?.parameter ?? finding?.parameters.join(' '),
  value: ({ limit }) => limit?.value,
  unit: ({ limit }) => limit?.unit,
  asked_by: ({ limit }) => limit?.because,
  limit_outcome: ({ limit }) => limit?.outcome,
  cause: ({ report, limit, finding }) => finding?.cause ?? causeOf(report, limit),
  link: ({ link }) => link && linkOf(link.expectation.layer),
  layer: ({ link }) => link?.expectation.layer,
  subject: ({ link }) => link?.expectation.subject,
  knob: ({ link }) => link?.expectation.knob,
  outcome: ({ link }) => link?.outcome,
  first_broken: ({ limit, link }) => link && (isFirstBroken(limit, link) ? 'yes' : 'no'),
  expected: ({ link }) => link && knobText(link.expectation.expected),
  observed: ({ link }) => link && observedText(link),
  tolerance: ({ link }) => link?.expectation.tolerance && knobText(link.expectation.tolerance.values),
  tolerance_reason: ({ link }) => link?.expectation.tolerance?.reason,
  reason: ({ link }) => link?.reason,
  detail: ({ link, report }) => ('error' in report ? report.error.message : link?.detail),
  evidence: ({ link }) => link?.evidence?.source,
  evidence_text: ({ link }) => link?.evidence?.text,
  next_start: ({ limit }) => limit?.nextStart,
};

/**
 * A row for each link of each limit and each finding besides, at least one a domain; the head first. Programs for tables take a text that
 * begins with `=`, `+`, `-` or `@` for a formula: such a text gets an apostrophe before it.
 *
 * @see https://www.rfc-editor.org/rfc/rfc4180
 */
export const csvFormat: AuditFormat = () => ({
  begin: () => line(Object.keys(columns)),
  domain: report =>
    rowsOf(report)
      .map(row => line(Object.values(columns).map(cell => cell(row))))
      .join(''),
  end: () => [],
});

function rowsOf(report: AuditReport): readonly Row[] {
  if ('error' in report) return [{ report }];
  const ofLimits = report.limits.flatMap((limit): readonly Row[] => {
    if (limit.verdicts.length === 0) return [{ report, limit }];
    return limit.verdicts.map(link => ({ report, limit, link }));
  });
  const apart = findingsApart(report, isBroken).filter(one => one.severity !== 'note');
  const rows = [...ofLimits, ...apart.map(finding => ({ report, finding, link: linkIn(finding) }))];
  return rows.length === 0 ? [{ report }] : rows;
}

/** Where a finding is. */
function linkIn(finding: Finding): Link {
  const { observed, evidence, explanation } = finding;
  const link = { expectation: finding, outcome: 'fail', detail: explanation } as const;
  return { ...link, ...(observed && { observed }), ...(evidence && { evidence }) };
}

function deviceOf(one: { readonly device: DeviceRef } | undefined): Cell {
  return one && deviceName(one.device);
}

function observedText({ observed, outcome }: Link): string {
  return observed === undefined && outcome === 'inconclusive' ? '' : knobText(observed);
}

function causeOf(report: AuditReport, limit: LimitAudit | undefined): Cell {
  if (limit === undefined || !isBroken(limit) || 'error' in report) return '';
  return findingOf(limit, report.findings)?.cause;
}

/** Now, or by the next start. */
function isBroken(limit: LimitAudit): boolean {
  return limit.outcome === 'fail' || isLostAtRestart(limit);
}

function isFirstBroken(limit: LimitAudit | undefined, link: Link): boolean {
  return limit?.firstBroken !== undefined && limit.verdicts[limit.firstBroken] === link;
}

function line(cells: readonly Cell[]): string {
  return `${cells.map(cellText).join(',')}\r\n`;
}

function cellText(cell: Cell): string {
  if (cell === undefined) return '';
  if (typeof cell === 'number') return String(cell);
  const plain = cell
    .split(/\r\n|[\r\n]/)
    .map(oneLine)
    .join('\n');
  const safe = /^\s*[=+\-@\uff0b\uff0d\uff1d\uff20]/.test(plain) ? `'${plain}` : plain;
  return /[",\n]/.test(safe) || safe !== plain ? `"${safe.replaceAll('"', '""')}"` : safe;
}

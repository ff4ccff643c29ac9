import type { DomainAudit } from './domain-audit.ts';
import type { Finding } from './finding.ts';

/** What an audit says that the one before did not, and the reverse. */
export interface AuditChanges {
  /** New findings, and those that are another now. */
  readonly appeared: readonly Finding[];
  /** Findings of knobs that have none any more. */
  readonly resolved: readonly Finding[];
}

/** What counts of an audit for the next one to be compared with. */
export type AuditState = Pick<
  DomainAudit,
  'domain' | 'outcome' | 'coverage' | 'findings' | 'source' | 'flavor'
>;

/** What has changed since; undefined when nothing has. @param before absent: the domain was not looked at before */
export function changesBetween(before: AuditState | undefined, after: AuditState): AuditChanges | undefined {
  const was = new Map(before?.findings.map(finding => [identity(finding), finding]));
  const is = new Set(after.findings.map(identity));
  const appeared = after.findings.filter(finding => differs(was.get(identity(finding)), finding));
  const resolved = [...was.values()].filter(finding => !is.has(identity(finding)));
  const isSame = before !== undefined && summary(before) === summary(after);
  return isSame && appeared.length + resolved.length === 0 ? undefined : { appeared, resolved };
}

function identity({ layer, subject, knob }: Finding): string {
  return `${layer} ${subject} ${knob}`;
}

/** Evidence is left out, and what counters say: they move all the time. */
function differs(before: Finding | undefined, { cause, expected, observed }: Finding): boolean {
  if (before === undefined || before.cause !== cause) return true;
  if (cause === 'biting' || cause === 'counters-exceed') return false;
  const text = (values: readonly unknown[]) => JSON.stringify(values);
  return text([before.expected, before.observed]) !== text([expected, observed]);
}

/** A domain that was started has another id. */
function summary({ domain, outcome, coverage, source, flavor }: AuditState): string {
  return JSON.stringify([domain, outcome, coverage, source, flavor]);
}

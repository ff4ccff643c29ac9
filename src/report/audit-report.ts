import type { DomainAudit } from '../audit/domain-audit.ts';

/** What is printed for programs of one domain: its audit, or why there is none. */
export type AuditReport = { readonly schemaVersion: 1; readonly kind: 'domain-audit' } & (
  | DomainAudit
  | {
      readonly domain: { readonly name: string; readonly uuid: string };
      readonly outcome: 'inconclusive';
      readonly error: { readonly code: string; readonly message: string };
    }
);

/** One domain of an audit. */
export function auditReport(
  outcome:
    | { readonly audit: DomainAudit }
    | {
        readonly domain: { readonly name: string; readonly uuid: string };
        readonly error: { readonly code: string; readonly message: string };
      },
): AuditReport {
  if ('audit' in outcome) return { schemaVersion: 1, kind: 'domain-audit', ...outcome.audit };
  const { name, uuid } = outcome.domain;
  const { code, message } = outcome.error;
  return {
    schemaVersion: 1,
    kind: 'domain-audit',
    domain: { name, uuid },
    outcome: 'inconclusive',
    error: { code, message },
  };
}

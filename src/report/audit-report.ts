import type { DomainAudit } from '../audit/domain-audit.ts';
import type { HypervisorInfo } from '../ports/hypervisor.ts';
import type { Outcome } from '../verify/verdict.ts';

/** What is printed for programs of one domain: its audit, or why there is none. */
export type AuditReport = { readonly schemaVersion: 1; readonly kind: 'domain-audit' } & (
  | DomainAudit
  | {
      readonly domain: { readonly name: string; readonly uuid: string };
      /** `gone`: it went away while it was read; nothing is held against it. */
      readonly outcome: 'inconclusive' | 'gone';
      readonly error: { readonly code: string; readonly message: string };
    }
);

/** How a domain of an audit came out. */
export type AuditedOutcome = AuditReport['outcome'];

/** How the domains of an audit came out, in all. */
export interface AuditTally {
  readonly domains: number;
  /** Of domains that run. */
  readonly limits: number;
  /** Those that are in force now. */
  readonly proved: number;
  /** Those of them that are lost at the next start; absent: no report says. */
  readonly lostAtRestart?: number;
  /** Of domains that do not run: how many limits they shall have, and how many their definitions have. Absent: all run. */
  readonly notRunning?: { readonly limits: number; readonly proved: number };
  /** How many domains came out so; those with none are left out. */
  readonly outcomes: Readonly<Partial<Record<AuditedOutcome, number>>>;
  /** The same of what the next start makes of them; absent: no report says. */
  readonly nextStart?: Readonly<Partial<Record<Outcome, number>>>;
}

/** A whole audit as one document. */
export interface AuditDocument {
  readonly schemaVersion: 1;
  readonly kind: 'audit';
  /** Absent when it could not be asked. */
  readonly host?: HypervisorInfo;
  /** When it began, ISO 8601 in UTC. */
  readonly at: string;
  readonly summary: AuditTally;
  readonly domains: readonly AuditReport[];
}

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
    outcome: code === 'not-found' ? 'gone' : 'inconclusive',
    error: { code, message },
  };
}

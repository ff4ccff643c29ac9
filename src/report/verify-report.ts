import type { LimitCounts } from '../audit/coverage.ts';
import type { Diagnostic } from '../diagnostics.ts';
import type { Scope } from '../ports/hypervisor.ts';
import { summary } from '../verify/judge.ts';
import type { Outcome, Verdict } from '../verify/verdict.ts';

/** A verification as a program reads it: codes and data, no prose. */
export interface VerifyReport {
  readonly schemaVersion: 1;
  readonly kind: 'verify';
  readonly domain: { readonly name: string; readonly uuid: string; readonly active: boolean };
  readonly scopes: readonly Scope[];
  readonly summary: Readonly<Record<Outcome, number>>;
  /** Limits as an audit counts them: in force now, and lost at the next start. */
  readonly limits: LimitCounts;
  readonly verdicts: readonly Verdict[];
  /** Of the persistent definition, where `scopes` has it not; absent: it has it, or there is none. */
  readonly nextStart?: readonly Verdict[];
  readonly diagnostics: readonly Diagnostic[];
}

/** What a report is made from. */
interface Found {
  readonly scopes: readonly Scope[];
  readonly verdicts: readonly Verdict[];
  readonly limits: LimitCounts;
  readonly nextStart: readonly Verdict[];
  readonly diagnostics: readonly Diagnostic[];
}

/** The report of one domain's verification. */
export function verifyReport(domain: VerifyReport['domain'], found: Found): VerifyReport {
  return {
    schemaVersion: 1,
    kind: 'verify',
    domain: { name: domain.name, uuid: domain.uuid, active: domain.active },
    scopes: found.scopes,
    summary: summary(found.verdicts).counts,
    limits: found.limits,
    verdicts: found.verdicts,
    ...(found.nextStart.length > 0 && { nextStart: found.nextStart }),
    diagnostics: found.diagnostics,
  };
}

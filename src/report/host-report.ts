import type { Diagnostic } from '../diagnostics.ts';
import type { HostChange, PlannedHost } from '../plan/host-plan.ts';
import type { HostResult, HostStepResult } from '../plan/host-result.ts';
import type { Demand } from '../verify/expectation.ts';
import { summary } from '../verify/judge.ts';
import type { Outcome, Verdict } from '../verify/verdict.ts';

/** A change or verification of something of the host as a program reads it: codes and data, no prose. */
export interface HostReport {
  readonly schemaVersion: 1;
  /** `port-qos`, … */
  readonly kind: string;
  readonly subject: string;
  /** `verified`: nothing was to be written, nor planned. */
  readonly outcome: HostResult['outcome'] | 'verified';
  readonly changes: readonly HostChange[];
  readonly steps: readonly HostStepResult[];
  readonly summary: Readonly<Record<Outcome, number>>;
  readonly verdicts: readonly Verdict<Demand>[];
  readonly failure?: string;
  readonly left?: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
}

/** The report of what an apply or a removal came to. */
export function hostReport({ plan, ...result }: HostResult<unknown>): HostReport {
  const { kind, subject, changes, diagnostics } = plan;
  const { counts } = summary(result.verdicts);
  return { schemaVersion: 1, kind, subject, ...result, changes, summary: counts, diagnostics };
}

/** The report of a plan that was not carried out, or of a mere look. */
export function plannedHostReport<Op>(
  { plan, verdicts }: PlannedHost<Op>,
  outcome: 'planned' | 'verified',
): HostReport {
  return { ...hostReport({ outcome: 'planned', plan, steps: [], verdicts }), outcome };
}

import type { QuotaError } from '../errors.ts';
import type { Verdict } from '../verify/verdict.ts';
import type { Step, TuningPlan } from './plan.ts';

/**
 * What became of one step. `not-undone`: what was there before could not be put back. `gone`: the run of the domain
 * that it was written to has ended, so nothing is left of it.
 */
export interface StepResult {
  readonly step: Step;
  readonly status: 'done' | 'undone' | 'not-undone' | 'gone' | 'not-tried';
  /** Why it could not be done or undone. */
  readonly error?: string;
}

/**
 * What an apply came to.
 *
 * - `refused`: the plan has errors; nothing was touched.
 * - `planned`: nothing was to be written, only said (a dry run).
 * - `unchanged`: nothing had to be written.
 * - `applied`: written, and every layer that could be read holds it.
 * - `rolled-back`: a write failed or did not hold; what was there before is back, and was seen to be.
 * - `rollback-failed`: not everything is back; `left` names the knobs.
 */
export interface ApplyResult {
  readonly outcome: 'refused' | 'planned' | 'unchanged' | 'applied' | 'rolled-back' | 'rollback-failed';
  readonly plan: TuningPlan;
  readonly steps: readonly StepResult[];
  /** How the layers stand at the end. */
  readonly verdicts: readonly Verdict[];
  /** Why it was rolled back. */
  readonly failure?: string;
  /** Knobs that are not as before, after a roll-back that failed. */
  readonly left?: readonly string[];
}

/** What became of one of many domains: a result, or why there is none. `domain` is how it was asked for. */
export type DomainOutcome = { readonly domain: string } & (
  | { readonly result: ApplyResult }
  | { readonly error: QuotaError }
);

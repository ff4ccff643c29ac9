import type { Demand } from '../verify/expectation.ts';
import type { Verdict } from '../verify/verdict.ts';
import type { ApplyResult } from './apply-result.ts';
import type { HostCommand, HostPlan } from './host-plan.ts';

/** What became of one step of a plan, by the step's name. */
export interface HostStepResult {
  readonly name: string;
  readonly status: 'done' | 'undone' | 'not-undone' | 'not-tried';
  /** Why it could not be undone. */
  readonly error?: string;
}

/** What a change of the host came to: outcomes as of {@link ApplyResult}. */
export interface HostResult<Op = HostCommand> {
  readonly outcome: ApplyResult['outcome'];
  readonly plan: HostPlan<Op>;
  readonly steps: readonly HostStepResult[];
  /** How the knobs stand at the end. */
  readonly verdicts: readonly Verdict<Demand>[];
  /** Why it was rolled back. */
  readonly failure?: string;
  /** Knobs that are not as before, after a roll-back that failed. */
  readonly left?: readonly string[];
}

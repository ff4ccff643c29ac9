import type { Demand, Expectation, KnobValues } from './expectation.ts';
import type { Evidence } from './reading.ts';

/** `fail` includes a limit that nothing can enforce; `inconclusive`: could not be seen, never a pass. */
export type Outcome = 'pass' | 'fail' | 'inconclusive' | 'not-applicable';

/** Why a verdict is what it is, when comparing alone does not say it. */
export type VerdictReason =
  /** The knob is not there at all. */
  | 'missing'
  /** The knob is there, and something keeps it out of force; the evidence says what. */
  | 'idle'
  /** It holds what is asked for, and something that everything passes too lets less through; `detail` says what. */
  | 'stricter'
  /** It holds what is asked for, and something on the way to it is not understood; `detail` says what. */
  | 'unproved'
  /** The knob is there and must not be. */
  | 'unexpected'
  /** Values differ; `differs` says which. */
  | 'different'
  /** Nothing on this host can enforce it. */
  | 'no-enforcement-point'
  /** It could not be read; `detail` says why. */
  | 'unreadable'
  /** The driver runs no guests, so there is nothing to hold a limit. */
  | 'no-guests'
  /** It holds what a link before it says, and that one fails. */
  | 'follows';

/** The judgement on one expectation: of a domain, unless it says otherwise. */
export interface Verdict<E extends Demand = Expectation> {
  readonly expectation: E;
  readonly outcome: Outcome;
  readonly reason?: VerdictReason;
  /** Names of the values that differ. */
  readonly differs?: readonly string[];
  readonly observed?: KnobValues;
  readonly detail?: string;
  readonly evidence?: Evidence;
}

import type { LimitName, Limits } from '../domain/tuning.ts';
import type { HostFacts } from '../verify/host-facts.ts';
import type { Amount, Stage } from './explanation.ts';

/** What a knob's value is made from. */
export interface RuleContext {
  /** All limits of the device, as wanted. */
  readonly limits: Limits;
  /** Those that the knob carries. */
  readonly parameters: readonly LimitName[];
  readonly facts: HostFacts;
  /** Number of vCPUs; absent: not known. */
  readonly vcpus?: number;
}

/** How one value of a knob comes of a limit. */
export interface ValueRule {
  /** Ends of the names of parameters: of the first one that the knob carries the value is made. */
  readonly from: readonly string[];
  readonly unit: string;
  /** From unit to unit; left out: the value is written as it is. */
  readonly arithmetic?: (context: RuleContext) => readonly Stage[];
  /** As the knob's tool prints the value. */
  readonly print?: (value: number | string, context: RuleContext) => string | undefined;
  readonly equals?: (value: number | string, context: RuleContext) => readonly Amount[];
}

/** What there is to know of a knob besides its value. */
export interface KnobRule {
  readonly source: string;
  /** A command; words in upper case are to be replaced. */
  readonly look: string;
  /** By the names that the values have in an expectation. */
  readonly values: Readonly<Record<string, ValueRule>>;
}

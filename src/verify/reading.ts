import type { Knob, KnobValues } from './expectation.ts';

/** Where and what was read, so that anybody can look again. */
export interface Evidence {
  /** A file, a command line, a libvirt call. */
  readonly source: string;
  /** The line or value found there, verbatim. */
  readonly text: string;
}

/** What one knob holds. None of `values`, `idle` and `unreadable`: we looked, and the knob is not there. */
export interface Reading extends Knob {
  readonly values?: KnobValues;
  /**
   * It is there, and what the evidence says keeps it out of force: it has no `values`, unless it holds some of what it shall
   * hold all of.
   */
  readonly idle?: true;
  /** In words what keeps it out of force; absent: the evidence says it. */
  readonly idleBecause?: string;
  /** Something lets less through than the values say; what it is. */
  readonly stricter?: string;
  /** Why it is not known whether the values are in force: something on the way to it that is not understood. */
  readonly unproved?: string;
  /** Why it could not be seen (permission, program missing, timeout). Never counts as a pass. */
  readonly unreadable?: string;
  readonly evidence: Evidence;
}

/** How the reason ends when a captured host has no answer: nobody can ask it any more. */
export const NOT_CAPTURED = 'not in the capture';

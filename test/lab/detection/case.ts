import type { Cause } from '../../../src/audit/finding.ts';
import type { Scene } from './scene.ts';

/** A domain of the scene. */
export type Actor = 'full' | 'own' | 'plain' | 'nova' | 'off';

/** One thing that happens to a domain, and what an audit has to say of it. */
export interface Case {
  /** A sentence's beginning: `the quota of one of eight vCPUs`. */
  readonly what: string;
  readonly actor: Actor;
  /** The shell script by which it happens; absent: nothing has to. */
  readonly happens?: (scene: Scene) => string;
  /** It ends the connection to libvirt. */
  readonly isCutOff?: true;
  /** The one that puts everything back. */
  readonly restored?: (scene: Scene) => string;
  /** Every finding of the audit, and none else. Empty: it is harmless. */
  readonly found: (scene: Scene) => readonly Found[];
  /** Knobs of which nothing can be proved meanwhile: `layer subject knob`. */
  readonly undecided?: (scene: Scene) => readonly string[];
  /**
   * The properties of the flavor that is given to the audit, or `told`: none is, and the domain tells by itself. Absent:
   * the flavor of `full` for `full` and `off`, else `told`.
   */
  readonly asked?: readonly string[] | 'told';
  /**
   * No command sets it right: the audit prints none, and says what has to be done by hand. Absent: those that it prints
   * do, and the next audit finds nothing.
   */
  readonly byHand?: true | ((scene: Scene) => boolean);
  /** The script that puts back what those commands change besides, where they are run. */
  readonly afterwards?: (scene: Scene) => string;
  /** Where it can happen; absent: on every kind. */
  readonly where?: (scene: Scene) => boolean;
}

/** One finding as it is expected. */
export interface Found {
  /** `layer subject knob`. */
  readonly knob: string;
  readonly cause: Cause;
}

/** Findings of one cause. */
export function broken(cause: Cause, ...knobs: readonly string[]): readonly Found[] {
  return knobs.map(knob => ({ knob, cause }));
}

/** Nothing to be found. */
export const nothing = (): readonly Found[] => [];

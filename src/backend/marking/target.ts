import type { Diagnostic } from '../../diagnostics.ts';

/** A policy in the words of one target. */
export interface TargetText {
  /** Whole configuration, ending with a line feed. */
  readonly text: string;
  readonly diagnostics: readonly Diagnostic[];
}

/** What targets need to know beside the policy. */
export interface TargetPlace {
  /** Device for tc. */
  readonly dev: string;
  /** Bridge for Open vSwitch. */
  readonly bridge: string;
  /** tc class, as `1:10`, into which marked packets are put as well. Absent: none. */
  readonly priorityClass?: string;
}

/** Lines as one text. */
export function targetText(lines: readonly string[], diagnostics: readonly Diagnostic[] = []): TargetText {
  return { text: lines.map(line => `${line}\n`).join(''), diagnostics };
}

/** A part of the policy that this target has no words for. */
export function notExpressible(path: string, target: string): Diagnostic {
  return { code: 'not-expressible', severity: 'warning', path, args: { target } };
}

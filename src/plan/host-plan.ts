import { type Diagnostic, hasErrors } from '../diagnostics.ts';
import { type Demand, type KnobValues, knobName } from '../verify/expectation.ts';
import { judge } from '../verify/judge.ts';
import type { Reading } from '../verify/reading.ts';
import type { Verdict } from '../verify/verdict.ts';
import { type HeldKnob, heldKnob } from './observed.ts';

/** A command that writes to the host: its words, and what it reads from its standard input (absent: nothing). */
export interface HostCommand {
  readonly argv: readonly string[];
  readonly input?: string;
}

/**
 * What is written, and taken back, together. `Op` is whatever its kind carries out: data, so that a plan can be printed
 * and kept; {@link HostCommand} where commands are all there is to it.
 */
export interface HostStep<Op = HostCommand> {
  /** `database`, `flows of br-int`: in messages. */
  readonly name: string;
  readonly forward: readonly Op[];
  /** Puts back what was there, whether or not all of `forward` was done; doing it twice does no harm. */
  readonly undo: readonly Op[];
}

/** One knob that does not hold what it must. */
export interface HostChange {
  /** `ovs tap0 ingress_policing_rate` */
  readonly knob: string;
  /** Absent: it was not there. */
  readonly before?: KnobValues;
  /** Absent: it has to go. */
  readonly after?: KnobValues;
  readonly because: readonly string[];
}

/** What is to be done to one thing of the host itself, and not of a domain: a port, an uplink. Right for one moment. */
export interface HostPlan<Op = HostCommand> {
  readonly schemaVersion: 1;
  /** Decides how operations are carried out and knobs read: `port-qos`, `profile`, … */
  readonly kind: string;
  /** The thing, as people call it: `tap0`. */
  readonly subject: string;
  /** Every knob that will not be as it was. None: nothing is written. */
  readonly changes: readonly HostChange[];
  /** In the order in which they are carried out; undone the other way round. */
  readonly steps: readonly HostStep<Op>[];
  /** What must hold afterwards. */
  readonly demands: readonly Demand[];
  /** Every knob that was read, as it was: what an undo has to come back to. */
  readonly observed: readonly HeldKnob[];
  readonly diagnostics: readonly Diagnostic[];
}

/** What a plan is made from. */
export interface HostAsk<Op> {
  readonly kind: string;
  readonly subject: string;
  readonly demands: readonly Demand[];
  /** Of all that is demanded, and of whatever else an undo has to bring back. */
  readonly readings: readonly Reading[];
  /** What writes it; called only when something does not hold. */
  readonly steps: (broken: readonly Verdict<Demand>[]) => readonly HostStep<Op>[];
  /** With an error nothing is written. */
  readonly diagnostics: readonly Diagnostic[];
}

/** A plan and the verdicts by which it was made. */
export interface PlannedHost<Op> {
  readonly plan: HostPlan<Op>;
  readonly verdicts: readonly Verdict<Demand>[];
}

/** Compares what is there with what must be, and plans to write only when something fails. */
export function planHost<Op>(ask: HostAsk<Op>): PlannedHost<Op> {
  const { kind, subject, demands, readings, diagnostics } = ask;
  const verdicts = judge(demands, readings);
  const broken = verdicts.filter(one => one.outcome === 'fail');
  const isWritten = broken.length > 0 && !hasErrors(diagnostics);
  const plan: HostPlan<Op> = {
    schemaVersion: 1,
    kind,
    subject,
    changes: broken.map(changeOf),
    steps: isWritten ? ask.steps(broken) : [],
    demands,
    observed: readings.map(heldKnob),
    diagnostics,
  };
  return { plan, verdicts };
}

function changeOf({ expectation, observed }: Verdict<Demand>): HostChange {
  const { expected, because } = expectation;
  return {
    knob: knobName(expectation),
    ...(observed !== undefined && { before: observed }),
    ...(expected !== undefined && { after: expected }),
    because,
  };
}

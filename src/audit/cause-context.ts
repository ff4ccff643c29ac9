import type { DomainDefinition } from '../domain/definition.ts';
import type { Scope } from '../ports/hypervisor.ts';
import type { HostFacts } from '../verify/host-facts.ts';
import type { Verdict } from '../verify/verdict.ts';
import type { Circumstances } from './circumstances.ts';
import type { Cause, Repair, Severity } from './finding.ts';

/** What a cause is told from. */
export interface CauseContext {
  readonly verdicts: readonly Verdict[];
  readonly definitions: Readonly<Partial<Record<Scope, DomainDefinition>>>;
  readonly facts: Pick<HostFacts, 'ovsPorts' | 'cgroupVersion' | 'taps' | 'ovs' | 'ovsSilent'>;
  /** Keys and values as they are asked for now; absent: nobody says what is asked. */
  readonly asked?: Readonly<Record<string, string>>;
  /** Absent: nothing more was read. */
  readonly circumstances?: Circumstances;
}

/** A cause and how it is known. */
export interface ToldCause {
  readonly cause: Cause;
  readonly explanation: string;
  /** Absent: the one that the cause has by itself. */
  readonly severity?: Severity;
  /** Where this cause needs another repair than an apply. */
  readonly repair?: Repair;
  /** No command of ours or of libvirt's sets it right. */
  readonly isPastRepair?: true;
  /** What an apply needs besides to set it right: `--ovs-native`. */
  readonly applyOptions?: readonly string[];
  /** What has to be known of the command that sets it right. */
  readonly repairNote?: string;
}

/** Tells a cause, or leaves it to the next rule. */
export type Rule = (verdict: Verdict, context: CauseContext) => ToldCause | undefined;

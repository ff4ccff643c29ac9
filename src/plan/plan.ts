import type { Diagnostic } from '../diagnostics.ts';
import type { InterfaceEnforcer } from '../domain/enforcement.ts';
import type { IntentRecord } from '../domain/intent-record.ts';
import type { DeviceRef, DomainTuning, Limits } from '../domain/tuning.ts';
import type { Scope } from '../ports/hypervisor.ts';
import type { Change } from './change.ts';
import type { LeftPolicer } from './libvirt-policer.ts';
import type { Observed } from './observed.ts';

/** All that will be written to one device in one definition. */
export interface Step {
  readonly scope: Scope;
  readonly device: DeviceRef;
  /** All limits of the device, as libvirt defines them now. */
  readonly before: Limits;
  /** All limits of the device afterwards, the unchanged ones included. */
  readonly after: Limits;
  readonly changes: readonly Change[];
  /** For an interface: who enforces it, since Open vSwitch wants another order of calls. */
  readonly enforcer?: InterfaceEnforcer;
  /**
   * The interface's device on the host: with the enforcer `ovs-native` since libvirt is not asked for it, and of a
   * running domain where the MAC is another interface's too.
   */
  readonly dev?: string;
  /** Of a running domain's interface whose policed direction is cleared, forwards or backwards: what libvirt may leave. */
  readonly policer?: LeftPolicer;
}

/** A record of what was asked, in the metadata of one definition. */
export interface RecordChange {
  readonly scope: Scope;
  /** Absent: there was none. */
  readonly before?: IntentRecord;
  readonly after: IntentRecord;
}

/** What would be done to a domain: a value that can be printed, saved and compared. No steps and no records: nothing. */
export interface TuningPlan {
  readonly schemaVersion: 1;
  /** `id` is libvirt's of this run of the domain; absent when it does not run. */
  readonly domain: { readonly name: string; readonly uuid: string; readonly id?: number };
  /** The definitions that are meant. */
  readonly scopes: readonly Scope[];
  /** What each definition of the domain shall have in the end, changed or not. */
  readonly tuning: Readonly<Partial<Record<Scope, DomainTuning>>>;
  /** Whether `ethernet` taps that are Open vSwitch ports are limited in its database. */
  readonly ovsNative?: true;
  /** In the order in which they are carried out: live before config, the whole domain before disks before interfaces. */
  readonly steps: readonly Step[];
  /** Written after the steps. */
  readonly records: readonly RecordChange[];
  /** How the domain was when the plan was made. */
  readonly observed: Observed;
  readonly diagnostics: readonly Diagnostic[];
}

/** Whether a plan writes anything. */
export function changesAnything(plan: TuningPlan): boolean {
  return plan.steps.length > 0 || plan.records.length > 0;
}

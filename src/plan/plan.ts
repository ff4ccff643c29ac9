import type { Diagnostic } from '../diagnostics.ts';
import type { InterfaceEnforcer } from '../domain/enforcement.ts';
import type { DeviceRef, Limits } from '../domain/tuning.ts';
import type { Scope } from '../ports/hypervisor.ts';
import type { Change } from './change.ts';

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
}

/** What would be done to a domain: a value that can be printed, saved and compared. Empty `steps`: nothing. */
export interface TuningPlan {
  readonly schemaVersion: 1;
  readonly domain: { readonly name: string; readonly uuid: string };
  /** In the order in which they are carried out: live before config, cpu before disks before interfaces. */
  readonly steps: readonly Step[];
  readonly diagnostics: readonly Diagnostic[];
}

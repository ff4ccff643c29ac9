import type { DeviceRef, LimitName } from '../domain/tuning.ts';
import type { KnobValues, Layer } from '../verify/expectation.ts';
import type { Evidence } from '../verify/reading.ts';

/** Why a limit does not hold, as far as can be told from what was read. Closed set. */
export type Cause =
  /** Nothing on the host can limit this kind of device. */
  | 'cannot-be-limited'
  /** Neither definition has what is asked: nobody applied it, or Nova wrote the definition anew since. */
  | 'never-applied'
  /** The persistent definition has it, the running domain not: it comes with the next start. */
  | 'pending-restart'
  /** The running domain has it, the persistent definition not: it goes with the next start. */
  | 'lost-at-restart'
  /** A device that came while the domain ran, without the limit that its like have. */
  | 'hot-plugged'
  /** The tap is a port of Open vSwitch, which removes tc state that it did not make. */
  | 'open-vswitch-owns-tap'
  /** The weight is not libvirt's: `systemctl set-property` does that, or another writer. */
  | 'weight-overridden'
  /** libvirt's running definition is right, an enforcer is not: it was changed behind libvirt's back. */
  | 'behind-libvirt'
  /** The value is off by a factor that a confusion of units makes. */
  | 'unit-slip'
  /** There is a limit that nobody asked for. */
  | 'not-asked-for';

/** One thing that is wrong: the first link at which limits break, with where that can be seen. */
export interface Finding {
  readonly cause: Cause;
  /** What the cause is known from, and what follows; one sentence. */
  readonly explanation: string;
  readonly device: DeviceRef;
  /** The limits that break here. */
  readonly parameters: readonly LimitName[];
  /** The keys that asked for them. */
  readonly because: readonly string[];
  readonly layer: Layer;
  readonly subject: string;
  readonly knob: string;
  /** Absent: nothing must be there. */
  readonly expected?: KnobValues;
  /** Absent: nothing is there. */
  readonly observed?: KnobValues;
  readonly evidence?: Evidence;
}

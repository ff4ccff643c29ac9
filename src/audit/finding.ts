import type { DeviceRef, LimitName } from '../domain/tuning.ts';
import type { Expectation, KnobValues, Layer } from '../verify/expectation.ts';
import type { Evidence } from '../verify/reading.ts';

/** Every cause that there is, in the order of how sure one can be of it. */
export const causes = [
  /** Nothing on the host can limit this kind of device. */
  'cannot-be-limited',
  /** The domain, or one of its definitions, has no such disk. */
  'no-such-device',
  /** A device that came while the domain ran, without the limit that is asked for it. */
  'hot-plugged',
  /** Nova has written the definition anew since our apply: at a hard reboot, a resize, a live migration. */
  'definition-rewritten',
  /** Our record is in the definition, so the limit was there once: it was changed through libvirt since. */
  'changed-in-libvirt',
  /** Neither definition has what is asked: nobody applied it, or the definition was written anew since. */
  'never-applied',
  /** The persistent definition has it, the running domain not: it comes with the next start. */
  'pending-restart',
  /** The running domain has it, the persistent definition not: it goes with the next start. */
  'lost-at-restart',
  /** Rows of an earlier life of the port are in Open vSwitch's database, and libvirt changes those. */
  'leaked-ovs-rows',
  /** The tap is a port of Open vSwitch, which removes tc state that it did not make. */
  'open-vswitch-owns-tap',
  /** Open vSwitch's database is right, and the tc state that it should have made of it is not. */
  'open-vswitch-out-of-step',
  /** The value is off by a factor that a confusion of units makes. */
  'unit-slip',
  /** systemd was told another value for the domain's unit (`systemctl set-property`). */
  'systemd-override',
  /** libvirt's running definition is right, an enforcer is not: it was changed behind libvirt's back. */
  'behind-libvirt',
  /** The limit is there, and another owner's comes before it and lets more through. */
  'decided-before',
  /** An enforcer has a limit that nobody asked for and libvirt knows nothing of. */
  'not-asked-for',
  /** libvirt's definition has a limit that is no longer asked for. */
  'stale-limit',
  /** The limit is in force by every layer, and the counters went beyond it all the same. */
  'counters-exceed',
  /** Neutron's agent looks after the port: it has a policy of its own there, or has undone what it did not put there. */
  'neutron-agent-owns-port',
  /** Open vSwitch polices packets instead of bytes, and drops its byte policer for that. */
  'packet-rate-policing',
  /** Flows put packets into another queue of the port than the one that has the limit. */
  'queued-elsewhere',
  /** Open vSwitch's database does not answer: what it would have the kernel hold cannot be told. */
  'open-vswitch-silent',
  /** Rows of ours in Open vSwitch's database that no port has any more. */
  'orphaned-ovs-rows',
  /** A flavor's bandwidth and a policy of Neutron on one port: Nova's next start of the server fails. */
  'policy-beside-vif-quota',
  /** Nothing is wrong: the guest wants more than the limit lets through. */
  'biting',
] as const;

/** Why a limit does not hold, as far as can be told from what was read. Closed set. */
export type Cause = (typeof causes)[number];

/**
 * `error`: a limit that is asked for or defined does not hold. `warning`: it holds now and may not at the next start,
 * or there is a limit that nobody asks for, or counters went beyond one. `note`: good to know.
 */
export type Severity = 'error' | 'warning' | 'note';

/** What would set it right. Never run by an audit. */
export interface Repair {
  /** A command line, word by word. */
  readonly argv: readonly string[];
  /** What else has to be known of it. */
  readonly note?: string;
}

/** One thing that is to be said: the first link at which limits break, with where that can be seen. */
export interface Finding {
  readonly cause: Cause;
  readonly severity: Severity;
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
  readonly tolerance?: NonNullable<Expectation['tolerance']>;
  readonly evidence?: Evidence;
  /** Absent: there is nothing to be done about it, or nothing has to be. */
  readonly repair?: Repair;
}

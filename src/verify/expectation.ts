import type { DeviceRef, LimitName } from '../domain/tuning.ts';

/** A link of the chain; `config` and `live` are libvirt's definitions, the others enforce. */
export type Layer = 'config' | 'live' | 'cgroup' | 'qemu' | 'tc' | 'ovs' | 'openflow';

/** Named numbers (or words) that one knob holds. Units are those of the knob, given in its `expect-*.ts`. */
export type KnobValues = Readonly<Record<string, number | string>>;

/** Where a limit must be found: one knob of one thing at one layer. */
export interface Knob {
  readonly layer: Layer;
  /** The thing that has the knob: `vcpu0`, `scope`, `vda`, `tap0`. */
  readonly subject: string;
  /** Its own name for it: `cpu.max`, `class htb 1:1`, `ingress_policing_rate`. */
  readonly knob: string;
}

/** What one knob must hold, whoever's it is: a domain's, or one of the host itself. */
export interface Demand extends Knob {
  /** What asked for it: keys, rules; empty when nobody did. */
  readonly because: readonly string[];
  /** Values to be found; absent: the knob itself must not be there (no htb class, no police). */
  readonly expected?: KnobValues;
  /** Largest difference allowed per value (absent: none), and why. */
  readonly tolerance?: { readonly values: Readonly<Record<string, number>>; readonly reason: string };
  /**
   * An enforcer that takes its value from another one (tc from OVSDB): the knobs it follows. When one of those
   * fails, this one is not judged apart.
   */
  readonly follows?: readonly Knob[];
  /** No enforcement point can hold the limit (vhost-user, SR-IOV): fails whatever is read; the reason. */
  readonly impossible?: string;
}

/** What one knob must hold if a domain's limits are in force. */
export interface Expectation extends Demand {
  readonly device: DeviceRef;
  /** The limits that this knob carries. */
  readonly parameters: readonly LimitName[];
}

/** The knob alone, of anything that has more. */
export function bareKnob({ layer, subject, knob }: Knob): Knob {
  return { layer, subject, knob };
}

/** `cgroup vcpu0 cpu.max`: a knob in text and as a map key. */
export function knobName(knob: Knob): string {
  return `${knob.layer} ${knob.subject} ${knob.knob}`;
}

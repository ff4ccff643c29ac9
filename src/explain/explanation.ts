import type { Diagnostic } from '../diagnostics.ts';
import type { LimitName } from '../domain/tuning.ts';
import type { Layer } from '../verify/expectation.ts';

/** Limits followed through every unit and layer: a value that can be printed and compared. */
export interface Explanation {
  readonly schemaVersion: 1;
  readonly kind: 'explain';
  /** The flavor's name, if it has one. */
  readonly flavor?: string;
  /** In the order of the extra specs. */
  readonly keys: readonly ExplainedKey[];
  /** Findings on anything that is not one of the keys. */
  readonly diagnostics: readonly Diagnostic[];
}

/** One extra spec and what becomes of it. */
export interface ExplainedKey {
  readonly key: string;
  /** As it was given. */
  readonly value: string;
  /** libvirt's typed parameter; absent when nobody in libvirt reads the key. */
  readonly parameter?: LimitName;
  readonly unit?: string;
  /** The same amount in the units that people use. */
  readonly equals: readonly Amount[];
  /** Where the limit goes; nothing behind the layer that refuses it. */
  readonly steps: readonly Step[];
  readonly refusal?: Refusal;
  readonly diagnostics: readonly Diagnostic[];
}

/** A number and what it counts. */
export interface Amount {
  readonly value: number;
  readonly unit: string;
}

/**
 * On what the limit is put: a host's cgroup version, or how an interface is connected. `unenforced` stands for all
 * types on which nothing can limit.
 */
export type Place = 'cgroup v1' | 'cgroup v2' | 'tap' | 'macvtap' | 'ovs' | 'unenforced';

/** One layer's knob, what it holds, how that comes about, and where to look. */
export interface Step {
  readonly layer: 'nova' | 'libvirt' | Exclude<Layer, 'config' | 'live'>;
  /** Absent: everywhere the same. */
  readonly place?: Place;
  /** Only with this iproute2; absent: with every one. */
  readonly iproute2?: string;
  /** The thing that has the knob (`vcpu0`, `vda`); upper case: its name is up to the host. */
  readonly subject: string;
  /** The knob's own name. */
  readonly knob: string;
  /** Which of the knob's values, by the name that it has in a verdict (`rateBps`). */
  readonly name?: string;
  /** Absent: the knob is not there. */
  readonly value?: number | string;
  readonly unit?: string;
  /** Of a typed parameter. */
  readonly type?: 'uint' | 'ullong' | 'llong';
  /** The value as its tool prints it, where that is something else. */
  readonly printed?: string;
  /** How the value comes of the key's, from one unit to the next. Empty: written as it is. */
  readonly arithmetic: readonly Stage[];
  readonly equals: readonly Amount[];
  /** Why no enforcer can hold it. */
  readonly impossible?: string;
  /** The function that does it. */
  readonly source: string;
  /** A command that shows the knob; words in upper case are to be replaced. */
  readonly look: string;
}

/**
 * One value on the way of an arithmetic, and what was done to the one before: `start` is the key's value,
 * `default` what is taken where none is given, `times` and `over` a
 * number, `ticks` counted in tc's clock, `bytes` counted back from it, `bounded` moved to the nearest value allowed.
 */
export interface Stage extends Amount {
  readonly operation: 'start' | 'default' | 'times' | 'over' | 'ticks' | 'bytes' | 'bounded';
  /** The number that is multiplied with or divided by; for `ticks` and `bytes` the rate in B/s. */
  readonly by?: number;
}

/** Who does not take a value. */
export interface Refusal {
  readonly layer: 'nova' | 'libvirt' | 'cgroup' | 'qemu' | 'tc';
  /** `build`: Nova writes no domain. `define`: libvirt takes no domain. `start`: the guest does not start. */
  readonly when: 'build' | 'define' | 'start';
}

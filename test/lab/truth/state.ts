/** What is made states of; each has a scene and an oracle of its own. */
export const areas = ['tc', 'ovs', 'disk', 'cpu'] as const;
export type Area = (typeof areas)[number];

/** One random state of one thing that has limits. */
export interface State {
  /** Its number, from 0: with the seed it says all. */
  readonly number: number;
  readonly area: Area;
  /** Which of the area's places it is made at, from 0. */
  readonly slot: number;
  /** What is done, in words: one for each thing. */
  readonly what: readonly string[];
  /** Shell commands that make it, from what stood before whatever that was. */
  readonly script: readonly string[];
  /** A device beside it takes part, and sends as well. */
  readonly hasPartner?: true;
}

/** Where one state can be made: a device and what it is asked to hold. */
export interface Slot {
  readonly domain: string;
  /** The tap, the disk's target or the domain's name. */
  readonly subject: string;
}

/** What virt-quota says of a limit. */
export type Said = 'pass' | 'fail' | 'inconclusive';

/** What is really so: `stricter` gives clearly less than asked, `partly` holds and lets some sorts of frames not through at all. */
export type Reality = 'held' | 'past' | 'stricter' | 'partly' | 'unmeasured';

/** One limit of one state, told and measured. */
export interface Judged {
  readonly state: State;
  /** `inbound`, `outbound`, `cpu`, `read_bytes_sec`. */
  readonly limit: string;
  readonly said: Said;
  /** In virt-quota's own words; empty when it passes. */
  readonly reasons: readonly string[];
  readonly reality: Reality;
  /** What was measured. */
  readonly measured: string;
  /** What `effective` says, and whether that is what was measured; absent: it is not compared. */
  readonly effective?: { readonly told: string; readonly isRight: boolean };
}

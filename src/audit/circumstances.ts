import type { OvsPortRows } from '../observed/ovs-rows.ts';
import type { UnitProperty } from '../observed/systemd-drop-in.ts';

/** What else tells why a limit does not hold, beside what the layers hold. What could not be seen is left out. */
export interface Circumstances {
  /** systemd's unit of the domain, and what it was told to have. */
  readonly unit?: ToldUnit;
  /** The units of groups around it that hold it to something, by the group's name: `machine.slice`. */
  readonly outer?: ReadonlyMap<string, ToldUnit>;
  /** The rows that Open vSwitch's database has for ports of this domain, by their names. */
  readonly ovsRows?: ReadonlyMap<string, OvsPortRows>;
}

/** A unit of systemd, and what it was told to have. */
export interface ToldUnit {
  readonly name: string;
  readonly properties: readonly UnitProperty[];
  /** What files for several units say of it; absent: they were not looked at. */
  readonly shared?: readonly UnitProperty[];
}

import type { OvsPortRows } from '../observed/ovs-rows.ts';
import type { UnitProperty } from '../observed/systemd-drop-in.ts';

/** What else tells why a limit does not hold, beside what the layers hold. What could not be seen is left out. */
export interface Circumstances {
  /** systemd's unit of the domain, and what it was told to have. */
  readonly unit?: {
    readonly name: string;
    readonly properties: readonly UnitProperty[];
    /** What files for several units say of it; absent: they were not looked at. */
    readonly shared?: readonly UnitProperty[];
  };
  /** The rows that Open vSwitch's database has for ports of this domain, by their names. */
  readonly ovsRows?: ReadonlyMap<string, OvsPortRows>;
}

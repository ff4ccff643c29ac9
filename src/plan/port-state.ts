import type { MeterUse, WantedFlow } from '../backend/ovs-port-flows.ts';
import type { OpenFlow, OpenFlowMeter } from '../observed/openflow.ts';
import { type OvsBridgesState, ovsRow } from '../observed/ovs.ts';
import type { OvsPortFacts } from '../observed/ovs-port.ts';
import { type PortRecord, portRecord } from '../observed/ovs-port-record.ts';
import type { Guarantee } from '../observed/ovs-uplink.ts';
import type { PortRows } from './port-rows.ts';

/** The uplink on which a port's guarantee is to stand. */
export interface UplinkState {
  /** As Open vSwitch has it; absent: it has no such port. */
  readonly facts?: OvsPortFacts;
  /** A root qdisc that neither the kernel nor Open vSwitch has chosen, in tc's words. */
  readonly foreignQdisc?: string;
  /** Those of table 0 of its bridge, where that is another one. */
  readonly flows: readonly OpenFlow[];
}

/** A port of Open vSwitch and its bridge, as they are at one moment. */
export interface PortState {
  readonly port: OvsPortFacts;
  readonly database: OvsBridgesState;
  /** Those of table 0 of the bridge. */
  readonly flows: readonly OpenFlow[];
  /** Those of the bridge. */
  readonly meters: readonly OpenFlowMeter[];
  /** How many flows use each of them, by number. */
  readonly meterUsers: ReadonlyMap<number, number>;
  /** Absent: nothing is guaranteed. */
  readonly uplink?: UplinkState;
}

/** What is to be there: rows, flows, meters, and the record of what was found. */
export interface WantedPortState {
  readonly rows: PortRows;
  /** Those of ours. */
  readonly flows: readonly WantedFlow[];
  /** Others' that ours stood in place of, and do no longer. */
  readonly restored: readonly OpenFlow[];
  readonly meterIds: ReadonlyMap<MeterUse, number>;
  readonly guarantee?: Guarantee;
}

/** What we keep of the port; undefined: it is not ours. */
export function recordOf({ database, port }: PortState): PortRecord | undefined {
  const row = ovsRow(database.interfaces, 'name', port.dev);
  return row === undefined ? undefined : portRecord(row);
}

import { type OvsRow, type OvsState, ovsMap, ovsNumber, ovsReference, ovsRow } from './ovs.ts';
import { attachedQos } from './ovs-owner.ts';
import { ovsRowMaker } from './ovs-row-maker.ts';
import { uplinkMark } from './ovs-uplink-mark.ts';

/** A queue on an uplink by which a port has its bandwidth guaranteed. Rates in bit/s. */
export interface Guarantee {
  readonly uplink: string;
  /** Number of the queue on the uplink. */
  readonly queue: number;
  readonly minBits: number;
  /** What the queue may borrow up to. */
  readonly maxBits: number;
  /** What all queues of the uplink have together. */
  readonly uplinkBits: number;
  /** Whether the uplink has the row with the queue; one that was removed and added again has it no longer. */
  readonly inForce: boolean;
}

/** What all queues of an uplink have together, in bit/s. */
export interface UplinkRate {
  readonly uplink: string;
  readonly bits: number;
}

/** The rate of an uplink's row; none where there is no row of ours. */
export function uplinkRates(state: OvsState, uplink: string): readonly UplinkRate[] {
  const bits = bitsAt(uplinkRow(state, uplink), 'max-rate');
  return bits > 0 ? [{ uplink, bits }] : [];
}

/** The uplink that a QoS row of ours is for; undefined: it is not ours. */
export function uplinkOf(qos: OvsRow): string | undefined {
  const uplink = ovsMap(qos.external_ids).get(uplinkMark.uplink);
  return typeof uplink === 'string' ? uplink : undefined;
}

/** The QoS row of ours for an uplink, whether the uplink has it now or not. */
export function uplinkRow(state: OvsState, uplink: string): OvsRow | undefined {
  const now = attachedQos(state, uplink);
  if (now !== undefined && uplinkOf(now) === uplink) return now;
  return state.qos.find(row => uplinkOf(row) === uplink);
}

/** The queues of a QoS row by number, each with its row. */
export function queuesOf(state: OvsState, qos: OvsRow | undefined): ReadonlyMap<number, OvsRow> {
  return new Map(
    [...ovsMap(qos?.queues)].flatMap(([number, reference]) => {
      const row = ovsRow(state.queues, '_uuid', ovsReference(reference) ?? '');
      return row === undefined ? [] : [[Number(number), row] as const];
    }),
  );
}

/** The port that a queue of ours is for; undefined: it is not ours. */
export function guaranteedPort(queue: OvsRow | undefined): string | undefined {
  const port = ovsMap(queue?.external_ids).get(uplinkMark.port);
  return typeof port === 'string' ? port : undefined;
}

/** The queues that we have made for a port, on whatever uplink. */
export function guaranteesOf(state: OvsState, dev: string): readonly Guarantee[] {
  return state.qos.flatMap(qos => {
    const uplink = uplinkOf(qos);
    if (uplink === undefined) return [];
    const own = [...queuesOf(state, qos)].filter(([, row]) => guaranteedPort(row) === dev);
    return own.map(([queue, row]) => ({
      uplink,
      queue,
      minBits: bitsAt(row, 'min-rate'),
      maxBits: bitsAt(row, 'max-rate'),
      uplinkBits: bitsAt(qos, 'max-rate'),
      inForce: attachedQos(state, uplink) === qos,
    }));
  });
}

/** Who has the QoS row of an uplink, for people; of what is ours, and of what keeps Open vSwitch off, nothing. */
export function uplinkHolder(state: OvsState, uplink: string): string | undefined {
  const row = attachedQos(state, uplink);
  if (row === undefined || row.type === 'linux-noop' || uplinkOf(row) === uplink) return undefined;
  return `${ovsRowMaker(row).text}: QoS row ${ovsReference(row._uuid)} of type ${row.type}`;
}

/** The `linux-noop` row that was found on an uplink; undefined: there was none, or it is gone. */
export function foundRow(state: OvsState, qos: OvsRow): string | undefined {
  const found = ovsMap(qos.external_ids).get(uplinkMark.found);
  return typeof found === 'string' && ovsRow(state.qos, '_uuid', found) !== undefined ? found : undefined;
}

/** A number of a row's `other_config`; 0: it is not there. */
export function bitsAt(row: OvsRow | undefined, key: string): number {
  const value = ovsNumber(ovsMap(row?.other_config).get(key));
  return typeof value === 'number' ? value : 0;
}

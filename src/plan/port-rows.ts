import { ovsMaxRate } from '../backend/ovs-queue.ts';
import { type OvsRow, type OvsState, ovsMap, ovsNumber, ovsReference, ovsRow } from '../observed/ovs.ts';
import { attachedQos } from '../observed/ovs-owner.ts';
import { isPortRow, marksOf, portMark } from '../observed/ovs-port-record.ts';
import { bitsAt, type Guarantee, guaranteesOf, type UplinkRate, uplinkRow } from '../observed/ovs-uplink.ts';
import { goneFrom, guaranteeParts } from './guarantee-rows.ts';
import { destroyRows, markSetting, type OvsPart, ovsTransaction } from './ovs-parts.ts';

/** Queue 0 of a `linux-htb` row of ours. */
export interface PortQueue {
  /** bit/s */
  readonly maxBits: number;
  /** bits; 0: Open vSwitch's own least */
  readonly burstBits: number;
}

/** What the database holds of one port's limits: what it shall hold, or what it held. */
export interface PortRows {
  readonly dev: string;
  /** A row of ours to be made; one that is there, by its UUID; none. */
  readonly qos: { readonly make: PortQueue } | { readonly row: string } | 'none';
  /** kbit/s and kbit; 0 and 0: no policing. */
  readonly policing: { readonly rate: number; readonly burst: number };
  /** Our `external_ids` on the Interface row; what is not here goes. */
  readonly marks: Readonly<Record<string, string>>;
  /** Its queues on uplinks; absent: none. */
  readonly guarantees?: readonly Guarantee[];
  /** Rates to be put back on uplinks whose rows stay for other ports; absent: none was changed. */
  readonly uplinkRates?: readonly UplinkRate[];
}

/** What the database holds now. */
export function portRowsNow(state: OvsState, dev: string): PortRows {
  const row = ovsRow(state.interfaces, 'name', dev);
  const number = (value: unknown) => (typeof value === 'number' ? value : 0);
  const guarantees = guaranteesOf(state, dev);
  return {
    dev,
    qos: qosNow(state, dev),
    policing: { rate: number(row?.ingress_policing_rate), burst: number(row?.ingress_policing_burst) },
    marks: marksOf(row),
    ...(guarantees.length > 0 && { guarantees }),
  };
}

function qosNow(state: OvsState, dev: string): PortRows['qos'] {
  const qos = attachedQos(state, dev);
  if (qos === undefined) return 'none';
  const queue = ownQueue(state, qos, dev);
  return queue === undefined ? { row: ovsReference(qos._uuid) ?? '' } : { make: queue };
}

/** What a row of ours holds; undefined: it is not ours. */
function ownQueue(state: OvsState, qos: OvsRow, dev: string): PortQueue | undefined {
  if (!isPortRow(qos, dev)) return undefined;
  const queue = ovsRow(state.queues, '_uuid', ovsReference(ovsMap(qos.queues).get(0)) ?? '');
  const config = ovsMap(queue?.other_config);
  const bits = (key: string) => {
    const value = ovsNumber(config.get(key));
    return typeof value === 'number' ? value : 0;
  };
  return { maxBits: bits('max-rate'), burstBits: bits('burst') };
}

/** What is taken out of force; absent: it stays. */
export interface LessForce {
  readonly qos?: boolean;
  readonly policing?: boolean;
  /** An uplink's row goes out of force for all ports that have a queue in it. */
  readonly uplinks?: boolean;
}

/** The same with less in force, and all marks kept: what is put back after it, Open vSwitch writes to tc anew. */
export function withoutForce(rows: PortRows, less: LessForce): PortRows {
  const idle = (rows.guarantees ?? []).map(one => ({ ...one, inForce: false }));
  return {
    ...rows,
    ...(less.uplinks && { guarantees: idle }),
    ...(less.qos && { qos: 'none' as const }),
    ...(less.policing && { policing: { rate: 0, burst: 0 } }),
  };
}

/**
 * One transaction that makes the database hold this for a port; rows of ours that are attached no longer go, rows of
 * others stay. Of a port that is gone only such rows are left. undefined: it holds it already.
 */
export function portTransaction(state: OvsState, rows: PortRows): readonly string[] | undefined {
  const isThere = ovsRow(state.interfaces, 'name', rows.dev) !== undefined;
  const now = portRowsNow(state, rows.dev);
  const isSame = isWhole(state, rows) && JSON.stringify(now.qos) === JSON.stringify(rows.qos);
  const parts = [
    ...(isThere && !isSame ? attach(state, rows) : []),
    ...(isThere ? columns(now, rows) : []),
    ...destroyed(state, rows.dev, isSame),
    ...guaranteeParts(state, rows.dev, rows.guarantees ?? []),
    ...ratesPutBack(state, rows),
  ];
  return ovsTransaction(parts);
}

/** The row of an uplink that goes has no rate to put back. */
function ratesPutBack(state: OvsState, rows: PortRows): readonly OvsPart[] {
  const gone = goneFrom(state, rows.dev, rows.guarantees ?? []).filter(one => one.isLast);
  return (rows.uplinkRates ?? []).flatMap(({ uplink, bits }) => {
    const qos = uplinkRow(state, uplink);
    if (qos === undefined || gone.some(one => one.qos === qos) || bitsAt(qos, 'max-rate') === bits) return [];
    return [['set', 'QoS', ovsReference(qos._uuid) ?? '', `other_config:max-rate=${bits}`]];
  });
}

/** Of a row of ours, more than the queue's numbers counts: its type and the port's own rate. */
function isWhole(state: OvsState, { dev, qos }: PortRows): boolean {
  if (qos === 'none' || 'row' in qos) return true;
  const row = attachedQos(state, dev);
  const rate = ovsNumber(ovsMap(row?.other_config).get('max-rate'));
  return row?.type === 'linux-htb' && rate === ovsMaxRate && ovsMap(row.queues).size === 1;
}

function attach(state: OvsState, { dev, qos }: PortRows): readonly OvsPart[] {
  if (qos === 'none') return [['clear', 'Port', dev, 'qos']];
  if ('row' in qos) {
    const isThere = ovsRow(state.qos, '_uuid', qos.row) !== undefined;
    return [isThere ? ['set', 'Port', dev, `qos=${qos.row}`] : ['clear', 'Port', dev, 'qos']];
  }
  const mark = markSetting(portMark.port, dev);
  const { maxBits, burstBits } = qos.make;
  const config = [`other_config:max-rate=${maxBits}`, `other_config:burst=${burstBits}`];
  const ofPort = ['type=linux-htb', `other_config:max-rate=${ovsMaxRate}`, 'queues:0=@queue'];
  return [
    ['set', 'Port', dev, 'qos=@qos'],
    ['--id=@qos', 'create', 'QoS', ...ofPort, mark],
    ['--id=@queue', 'create', 'Queue', ...config, mark],
  ];
}

/** Interface columns and marks that differ. */
function columns(now: PortRows, { dev, policing, marks }: PortRows): readonly OvsPart[] {
  const set = [
    ...(now.policing.rate === policing.rate ? [] : [`ingress_policing_rate=${policing.rate}`]),
    ...(now.policing.burst === policing.burst ? [] : [`ingress_policing_burst=${policing.burst}`]),
    ...Object.entries(marks)
      .filter(([key, value]) => now.marks[key] !== value)
      .map(([key, value]) => markSetting(key, value)),
  ];
  const gone = Object.keys(now.marks).filter(key => marks[key] === undefined);
  return [
    ...(set.length === 0 ? [] : [['set', 'Interface', dev, ...set]]),
    ...(gone.length === 0 ? [] : [['remove', 'Interface', dev, 'external_ids', ...gone]]),
  ];
}

/** Open vSwitch collects neither table: a row that no port has stays for ever. */
function destroyed(state: OvsState, dev: string, isKept: boolean): readonly OvsPart[] {
  const kept = isKept ? attachedQos(state, dev) : undefined;
  const inUse = new Set([...ovsMap(kept?.queues).values()].map(ovsReference));
  const own = (rows: readonly OvsRow[]) => rows.filter(row => isPortRow(row, dev));
  const qos = own(state.qos).filter(row => row !== kept);
  const queues = own(state.queues).filter(row => !inUse.has(ovsReference(row._uuid)));
  return [...destroyRows('QoS', qos), ...destroyRows('Queue', queues)];
}

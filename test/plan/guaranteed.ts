import { type OvsPortTarget, ovsPortTarget, type Uplink } from '../../src/backend/ovs-port-target.ts';
import { parsePortQos } from '../../src/intent/port-qos.ts';
import type { OvsBridgesState, OvsRow } from '../../src/observed/ovs.ts';
import { findOvsPort } from '../../src/observed/ovs-port.ts';
import type { PortState, UplinkState } from '../../src/plan/port-state.ts';

/** `11111111-0000-…`: UUIDs that say which row they are of. */
export const uuid = (digit: number) => `${String(digit).repeat(8)}-0000-4000-8000-000000000000`;
const map = (entries: Readonly<Record<string, unknown>>) => ['map', Object.entries(entries)];

/** A port as its row has it; ports are `1111…`, `2222…` in their order. */
interface GivenPort {
  readonly name: string;
  readonly bridge?: string;
  readonly ofport?: number;
  readonly type?: string;
  readonly peer?: string;
  readonly qos?: number;
  readonly mtu?: number;
  readonly linkBits?: number;
}

/** An Open vSwitch with ports and rows. */
export function databaseOf(
  ports: readonly GivenPort[],
  qos: readonly OvsRow[] = [],
  queues: readonly OvsRow[] = [],
): OvsBridgesState {
  const bridges = [...new Set(ports.map(({ bridge = 'br0' }) => bridge))];
  const portsOf = (name: string) =>
    ports.flatMap(({ bridge = 'br0' }, index) => (bridge === name ? [['uuid', uuid(index + 1)]] : []));
  return {
    interfaces: ports.map(({ name, ofport, type = '', peer, mtu = 1500, linkBits }, index) => ({
      name,
      type,
      ofport: ofport ?? index + 1,
      options: map(peer === undefined ? {} : { peer }),
      mtu,
      link_speed: linkBits ?? ['set', []],
      ingress_policing_rate: 0,
      ingress_policing_burst: 0,
      external_ids: map({}),
    })),
    ports: ports.map(({ name, qos: row }, index) => ({
      _uuid: ['uuid', uuid(index + 1)],
      name,
      qos: row === undefined ? ['set', []] : ['uuid', uuid(row)],
    })),
    qos,
    queues,
    bridges: bridges.map(name => ({ name, ports: ['set', portsOf(name)] })),
  };
}

/** A QoS row; without a type one of `linux-htb`. */
export function qosRow(row: {
  readonly id: number;
  readonly type?: string;
  readonly maxRate?: number;
  /** Number of a queue → row. */
  readonly queues?: Readonly<Record<number, number>>;
  readonly marks?: Readonly<Record<string, string>>;
}): OvsRow {
  const { id, type = 'linux-htb', maxRate = 34_359_738_367, queues = {}, marks = {} } = row;
  return {
    _uuid: ['uuid', uuid(id)],
    type,
    other_config: map({ 'max-rate': String(maxRate) }),
    queues: ['map', Object.entries(queues).map(([number, of]) => [Number(number), ['uuid', uuid(of)]])],
    external_ids: map(marks),
  };
}

/** A queue that guarantees a port so many bit/s. */
export function queueRow(id: number, port: string, minRate: number): OvsRow {
  const config = { 'min-rate': String(minRate), 'max-rate': '34359738367' };
  return {
    _uuid: ['uuid', uuid(id)],
    other_config: map(config),
    external_ids: map({ 'virt-quota-guarantee': port }),
  };
}

/** How tap0 and the uplink up0 are. */
export function stateOf(database: OvsBridgesState, more: Partial<PortState> = {}): PortState {
  const port = findOvsPort(database, { dev: 'tap0' });
  const facts = findOvsPort(database, { dev: 'up0' });
  if (port === undefined) throw new Error('there is no tap0');
  const uplink: UplinkState = { flows: [], ...(facts && { facts }) };
  return { port, database, flows: [], meters: [], meterUsers: new Map(), uplink, ...more };
}

/** 2 Mbit/s guaranteed to what the machine sends. */
export function guaranteeOf(uplink: Uplink = { dev: 'up0' }, minKbps = 2000): OvsPortTarget {
  const rules = [{ type: 'minimum_bandwidth', min_kbps: minKbps }];
  return ovsPortTarget(parsePortQos(JSON.stringify({ rules })).qos, false, uplink);
}

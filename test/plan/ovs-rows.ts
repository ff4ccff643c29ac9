import type { OvsState } from '../../src/observed/ovs.ts';

/** The domain and the port of the examples. */
export const domain = '11111111-2222-4333-8444-555555555555';
export const dev = 'tap5a1b2c3d-4e';

/** UUIDs of rows, as short as can be told apart. */
export const uuid = (n: number) => `${String(n).repeat(8)}-0000-4000-8000-000000000000`;

type Row = Readonly<Record<string, unknown>>;

/** `external_ids` and `other_config` as OVSDB writes them in JSON. */
export const map = (entries: Readonly<Record<string, string>>) => ['map', Object.entries(entries)];

/** A database with one port, `dev`, which has what is given. */
export function database(rows: {
  readonly iface?: Row;
  readonly qosOfPort?: string;
  readonly qos?: readonly Row[];
  readonly queues?: readonly Row[];
}): OvsState {
  const { iface = {}, qosOfPort, qos = [], queues = [] } = rows;
  const reference = qosOfPort === undefined ? ['set', []] : ['uuid', qosOfPort];
  return {
    interfaces: [
      { name: dev, ingress_policing_rate: 0, ingress_policing_burst: 0, external_ids: map({}), ...iface },
    ],
    ports: [{ name: dev, qos: reference }],
    qos,
    queues,
  };
}

/** What os-vif attaches to a port. */
export const noop: Row = {
  _uuid: ['uuid', uuid(1)],
  type: 'linux-noop',
  queues: ['map', []],
  external_ids: map({ 'iface-id': uuid(9) }),
};

/** Rows of ours for the port, in place of {@link noop}. */
export const ourQos: Row = {
  _uuid: ['uuid', uuid(2)],
  type: 'linux-htb',
  queues: ['map', [[0, ['uuid', uuid(3)]]]],
  external_ids: map({
    'virt-quota': domain,
    'virt-quota-port': dev,
    'virt-quota-instead-of': uuid(1),
  }),
};
export const ourQueue: Row = {
  _uuid: ['uuid', uuid(3)],
  external_ids: map({ 'virt-quota': domain, 'virt-quota-port': dev }),
};
export const policed: Row = {
  ingress_policing_rate: 24_000,
  ingress_policing_burst: 2048,
  external_ids: map({ 'iface-id': uuid(9), 'virt-quota': domain }),
};

/** Another owner's row. */
export const neutrons: Row = {
  _uuid: ['uuid', uuid(7)],
  type: 'linux-htb',
  queues: ['map', [[0, ['uuid', uuid(8)]]]],
  external_ids: map({ id: dev }),
};

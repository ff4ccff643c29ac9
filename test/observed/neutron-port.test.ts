import { describe, expect, it } from 'vitest';
import { neutronPolicy, neutronPort } from '../../src/observed/neutron-port.ts';
import type { OvsState } from '../../src/observed/ovs.ts';
import { database, dev, domain, map, noop, ourQos, ourQueue, uuid } from '../plan/ovs-rows.ts';

// Rows as a real agent of Neutron 21 and os-vif 3.0 have left them.
const portId = '97931eaf-dafd-4bb3-aab8-d0066dc74efc';
const plugged = { 'iface-id': portId, 'iface-status': 'active', 'vm-uuid': domain };
const agentsQos = {
  _uuid: ['uuid', uuid(7)],
  type: 'linux-htb',
  other_config: map({ 'max-rate': '34359738367' }),
  queues: ['map', [[0, ['uuid', uuid(8)]]]],
  external_ids: map({ _type: 'bandwidth_limit', id: dev }),
};
const agentsQueue = {
  _uuid: ['uuid', uuid(8)],
  other_config: map({ burst: '400000', 'max-rate': '4000000' }),
  external_ids: map({ port: dev, 'queue-num': '0', type: 'bandwidth_limit' }),
};
const byNova = { iface: { external_ids: map(plugged) } };
const bridge = {
  name: 'br-int',
  ports: ['set', [['uuid', uuid(5)]]],
  fail_mode: 'secure',
  controller: ['uuid', uuid(6)],
};
const controller = { _uuid: ['uuid', uuid(6)], target: 'tcp:127.0.0.1:6633', is_connected: true };
const onBridge = (state: OvsState, more: object = {}): OvsState => ({
  ...state,
  ports: state.ports.map(one => ({ ...one, _uuid: ['uuid', uuid(5)] })),
  bridges: [{ ...bridge, ...more }],
  controllers: [controller],
});

describe("a port of Neutron's agent", () => {
  it('is one that Nova has plugged, which is no proof of an agent', () => {
    expect(neutronPort(database(byNova), dev)).toEqual({
      portId,
      evidence: [`Interface ${dev} external_ids:iface-id=${portId}`],
      isSure: false,
    });
  });

  it.each([
    [
      'has its network',
      {
        ...database(byNova),
        ports: [
          { name: dev, qos: ['set', []], other_config: map({ net_uuid: 'n1', network_type: 'vxlan' }) },
        ],
      },
      `Port ${dev} other_config:net_uuid=n1`,
    ],
    [
      'has its QoS row',
      database({ ...byNova, qosOfPort: uuid(7), qos: [agentsQos] }),
      `QoS row ${uuid(7)} external_ids:id=${dev}`,
    ],
    [
      'is on a bridge that the agent controls',
      onBridge(database(byNova)),
      'Bridge br-int fail_mode=secure controller=tcp:127.0.0.1:6633 (connected)',
    ],
    [
      'is on a host with its patch ports',
      {
        ...database(byNova),
        interfaces: [...database(byNova).interfaces, { name: 'int-br-ex' }, { name: 'phy-br-ex' }],
      },
      'patch ports int-br-ex and phy-br-ex',
    ],
    [
      'is on a host where another port has its rows',
      database({ ...byNova, qos: [agentsQos] }),
      `QoS row ${uuid(7)} of another port, made by the agent`,
    ],
  ])('is surely one when it %s', (_, state: OvsState, evidence) => {
    expect(neutronPort(state, dev)).toEqual({ portId, evidence: [evidence], isSure: true });
  });

  it('is none of OVN, of libvirt alone, or on a bridge with another controller', () => {
    const ofOvn = { iface: { external_ids: map({ ...plugged, 'ovn-installed': 'true' }) } };
    expect(neutronPort(onBridge(database(ofOvn)), dev)).toBeUndefined();
    const ofLibvirt = { iface: { external_ids: map({ 'iface-id': portId, 'vm-id': domain }) } };
    expect(neutronPort(database(ofLibvirt), dev)).toBeUndefined();
    expect(neutronPort(onBridge(database(ofLibvirt), { fail_mode: ['set', []] }), dev)).toBeUndefined();
    expect(neutronPort(database({}), dev)).toBeUndefined();
  });
});

describe("a policy of Neutron's", () => {
  it('is its QoS row with the least of the rates, and policing that is not ours', () => {
    const iface = { ...byNova.iface, ingress_policing_rate: 3000, ingress_policing_burst: 300 };
    const state = database({ iface, qosOfPort: uuid(7), qos: [agentsQos], queues: [agentsQueue] });
    expect(neutronPolicy(state, dev)).toEqual({
      policedKbit: 3000,
      shapedBits: 4_000_000,
      text: `ingress_policing_rate=3000 kbit/s, ingress_policing_burst=300 kbit; QoS row ${uuid(7)} max-rate=4000000 bit/s`,
    });
  });

  it('is not what we have put there, nor what libvirt defines, nor the row that keeps Open vSwitch off', () => {
    const ids = map({ ...plugged, 'virt-quota': domain });
    const ours = { ingress_policing_rate: 3000, external_ids: ids };
    const rows = { iface: ours, qosOfPort: uuid(2), qos: [noop, ourQos], queues: [ourQueue] };
    expect(neutronPolicy(database(rows), dev)).toBeUndefined();
    const libvirts = { ...byNova.iface, ingress_policing_rate: 16_000 };
    expect(neutronPolicy(database({ iface: libvirts }), dev, 16_000)).toBeUndefined();
    expect(neutronPolicy(database({ ...byNova, qosOfPort: uuid(1), qos: [noop] }), dev)).toBeUndefined();
  });
});

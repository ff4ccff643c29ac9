import { describe, expect, it } from 'vitest';
import { parseOvsState } from '../../src/observed/ovs.ts';
import { findOvsPort } from '../../src/observed/ovs-port.ts';
import { foreignLimits, portRecord, recordMarks } from '../../src/observed/ovs-port-record.ts';

// As ovs-vsctl 3.1 answered, one table a line.
const state = parseOvsState(
  [
    '{"data":[["tap0",3000,2400,["map",[["attached-mac","02:00:00:00:77:0A"],["iface-id","205081e1-ad00-4000-8000-000000000001"]]],"",2,1450],["tap1",0,0,["map",[]],"",["set",[]],["set",[]]],["tap2",0,0,["map",[]],"",-1,["set",[]]]],"headings":["name","ingress_policing_rate","ingress_policing_burst","external_ids","type","ofport","mtu"]}',
    '{"data":[[["uuid","f5871f49-142c-4d52-ba4e-bdfcad9ecf7b"],"tap0",["set",[]],3],[["uuid","81962761-af9c-4ba6-93f6-eb24aee30d87"],"tap1",["set",[]],["set",[]]],[["uuid","00000000-af9c-4ba6-93f6-eb24aee30d87"],"tap2",["set",[]],["set",[]]]],"headings":["_uuid","name","qos","tag"]}',
    '',
    '',
    '{"data":[["br-int",["set",[["uuid","475ea0e7-e141-47f6-8ff5-6ea5ea45a555"],["uuid","f5871f49-142c-4d52-ba4e-bdfcad9ecf7b"]]]],["br-one",["uuid","81962761-af9c-4ba6-93f6-eb24aee30d87"]]],"headings":["name","ports"]}',
  ].join('\n'),
);

describe('a port', () => {
  const tap0 = {
    dev: 'tap0',
    bridge: 'br-int',
    type: '',
    ofport: 2,
    mtuBytes: 1450,
    tag: 3,
    mac: '02:00:00:00:77:0a',
    portId: '205081e1-ad00-4000-8000-000000000001',
  };

  it('is found by its device and by the UUID that Neutron gave it, with what is known of it', () => {
    expect(findOvsPort(state, { dev: 'tap0' })).toEqual(tap0);
    expect(findOvsPort(state, { portId: tap0.portId })).toEqual(tap0);
  });

  it('has no number while its device is not there, and may be the only one of its bridge', () => {
    expect(findOvsPort(state, { dev: 'tap1' })).toEqual({ dev: 'tap1', bridge: 'br-one', type: '' });
  });

  it('has the size of packets and the speed that its device tells', () => {
    const uplink = parseOvsState(
      [
        '{"data":[["up0",0,0,["map",[]],"",4,["map",[]],9000,10000000000]],"headings":["name","ingress_policing_rate","ingress_policing_burst","external_ids","type","ofport","options","mtu","link_speed"]}',
        '{"data":[[["uuid","f5871f49-142c-4d52-ba4e-bdfcad9ecf7b"],"up0",["set",[]],["set",[]]]],"headings":["_uuid","name","qos","tag"]}',
        '',
        '',
        '{"data":[["br-ex",["uuid","f5871f49-142c-4d52-ba4e-bdfcad9ecf7b"]]],"headings":["name","ports"]}',
      ].join('\n'),
    );
    expect(findOvsPort(uplink, { dev: 'up0' })).toMatchObject({ mtuBytes: 9000, linkBits: 10_000_000_000 });
  });

  it('that is on no bridge, or is not there, is none', () => {
    expect(findOvsPort(state, { dev: 'tap2' })).toBeUndefined();
    expect(findOvsPort(state, { dev: 'tap9' })).toBeUndefined();
  });
});

describe('the record of a port', () => {
  const record = {
    found: { rate: 7, burst: 6, qos: '62a949df-6ee2-4906-a66a-8083dae25bac' },
    policed: true,
    meters: new Map([['pktps egress', 2]]),
    flows: [
      'cookie=0xabc,table=0,priority=1,ip,actions=drop',
      'cookie=0x1,table=0,priority=2,actions=NORMAL',
    ],
  };

  it('comes back from the row that it is kept on', () => {
    const marks = recordMarks(record);
    expect(marks['virt-quota-port-qos']).toBe(
      'rate=7,burst=6,qos=62a949df-6ee2-4906-a66a-8083dae25bac,policed',
    );
    expect(portRecord({ external_ids: ['map', Object.entries(marks)] })).toEqual(record);
  });

  it('that somebody has spoilt says what can still be read', () => {
    const spoilt = [
      'map',
      [
        ['virt-quota-port-qos', 'rate=-1,burst=,x'],
        ['virt-quota-port-meters', 'a=b,,c=99999999999'],
      ],
    ];
    expect(portRecord({ external_ids: spoilt })).toEqual({
      found: { rate: 0, burst: 0 },
      policed: false,
      meters: new Map(),
      flows: [],
    });
    expect(portRecord({ external_ids: ['map', [['iface-id', 'x']]] })).toBeUndefined();
  });
});

describe('limits of somebody else', () => {
  it('are columns that we have not recorded as ours', () => {
    expect(foreignLimits(state, 'tap0')).toEqual({
      policing: "somebody else (libvirt, or Neutron's agent): ingress_policing_rate=3000",
    });
    expect(foreignLimits(state, 'tap1')).toEqual({});
  });
});

import { expect, it } from 'vitest';
import type { InterfaceDefinition } from '../../src/domain/definition.ts';
import { effectiveDomain } from '../../src/effective/effective-domain.ts';
import { parseFlows, parseMeters } from '../../src/observed/openflow.ts';
import { parseTcRules } from '../../src/observed/tc-path/rule.ts';

// As ovs-ofctl 3.1 prints them.
const flows =
  parseFlows(` cookie=0x767112345678abcd, table=0, priority=65532,reg14=0/0x4,in_port=7 actions=meter:3,load:0x1->NXM_NX_REG14[2],resubmit(,0)
 cookie=0x767112345678abcd, table=0, priority=65534,reg14=0/0x1,in_port=7 actions=meter:4,load:0x1->NXM_NX_REG14[0],resubmit(,0)
 cookie=0x1a2b, table=59, priority=200,reg14=0,dl_dst=52:54:00:00:00:01 actions=meter:5,resubmit(,60)
 cookie=0x0, table=0, priority=0 actions=NORMAL
 cookie=0x0, table=0, priority=9,in_port=8 actions=meter:3,NORMAL
`);
const meters = parseMeters(`OFPST_METER_CONFIG reply (OF1.3) (xid=0x2):
meter=3 kbps bands=
type=drop rate=2000
meter=4 pktps bands=
type=drop rate=1000
meter=5 kbps burst bands=
type=drop rate=4000 burst_size=400
`);
const nic: InterfaceDefinition = {
  mac: '52:54:00:00:00:01',
  type: 'ethernet',
  dev: 'tap1',
  managed: false,
  bandwidth: { 'outbound.average': 1000 },
};
const police = `filter protocol all pref 49152 u32 chain 0 fh 800::800 order 2048 key ht 800 bkt 0 *flowid :1 not_in_hw
  match 00000000/00000000 at 0
 police 0x1 rate 8Mbit burst 1Mb mtu 64Kb action drop overhead 0b
`;

it('meters count after what polices the device, and before what shapes it', () => {
  const state = {
    nic,
    dev: 'tap1',
    shaped: 'inbound',
    tc: { classes: [], ingress: parseTcRules(police), qdiscs: [], filters: [], egress: [] },
    openflow: { bridge: 'br-int', ofport: 7, flows, meters },
  } as const;
  const definition = {
    name: 'vm',
    uuid: '',
    vcpus: 1,
    cputune: {},
    memtune: {},
    blkiotune: {},
    hostDevices: [],
  };
  const domain = {
    definition: { ...definition, disks: [], interfaces: [nic] },
    groups: [],
    disks: [],
    nics: [state],
  };
  const told = effectiveDomain(domain, []).flatMap(({ limited, unit, claims }) =>
    claims.map(({ owner, at, value, standing }) => `${limited}: ${standing} ${owner} ${value} ${unit} ${at}`),
  );
  expect(told).toEqual([
    'inbound: binds neutron 500000 B/s openflow br-int meter 5',
    'outbound: looser libvirt 1000000 B/s tc tap1 police pref 49152 u32',
    'outbound: binds virt-quota 250000 B/s openflow br-int meter 3',
    'outbound packets: binds virt-quota 1000 packets/s openflow br-int meter 4',
  ]);
});

// As tc 6.15 prints what Open vSwitch 3.5 makes of ingress_policing_kpkts_rate=1; told a byte rate too, it makes nothing.
const packetPolice = `filter ingress protocol all pref 1 matchall chain 0
filter ingress protocol all pref 1 matchall chain 0 handle 0x1
  not_in_hw (rule hit 0)
	action order 1:  police 0x1 rate 0bit burst 0b mtu 64Kb [00000000] pkts_rate 1000 pkts_burst 16000 action drop/continue overhead 0b linklayer unspec
	ref 1 bind 1
`;

it.each([
  [0, packetPolice, { standing: 'binds', value: 1000 }],
  [24_000, '', { standing: 'not-in-force', value: 1000, why: 'there is no such policer' }],
])('packets that Open vSwitch polices are packets, beside %s kbit/s', (kbit, filters, claim) => {
  const row = { name: 'tap1', ingress_policing_rate: kbit, ingress_policing_kpkts_rate: 1 };
  const state = {
    nic: { ...nic, bandwidth: {} },
    dev: 'tap1',
    shaped: 'inbound',
    tc: { classes: [], ingress: parseTcRules(filters), qdiscs: [], filters: [], egress: [] },
    ovs: { interfaces: [row], ports: [], qos: [], queues: [] },
  } as const;
  const definition = {
    name: 'vm',
    uuid: '',
    vcpus: 1,
    cputune: {},
    memtune: {},
    blkiotune: {},
    hostDevices: [],
    disks: [],
    interfaces: [state.nic],
  };
  const found = effectiveDomain({ definition, groups: [], disks: [], nics: [state] }, []);
  const packets = found.find(one => one.limited === 'outbound packets');
  expect(packets?.claims).toMatchObject([{ at: 'ovs tap1 ingress_policing_kpkts_rate', ...claim }]);
  expect(found.find(one => one.limited === 'outbound')?.binds).toBeUndefined();
});

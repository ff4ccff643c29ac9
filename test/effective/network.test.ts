import { describe, expect, it } from 'vitest';
import type { InterfaceDefinition } from '../../src/domain/definition.ts';
import { contests } from '../../src/effective/contest.ts';
import { effectiveDomain } from '../../src/effective/effective-domain.ts';
import type { NicState } from '../../src/effective/nic-state.ts';
import type { OvsState } from '../../src/observed/ovs.ts';
import { parseTcClasses } from '../../src/observed/tc-class.ts';
import { parseTcRules } from '../../src/observed/tc-path/rule.ts';
import { parseTcQdiscs } from '../../src/observed/tc-qdisc.ts';
import { contestText } from '../../src/report/effective-text.ts';

// Texts as tc 6.1 and 6.15 print them in the lab.
const libvirtPolice = `filter protocol all pref 49152 u32 chain 0 fh 800::800 order 2048 key ht 800 bkt 0 *flowid :1 not_in_hw
  match 00000000/00000000 at 0
 police 0x1 rate 8Mbit burst 1Mb mtu 64Kb action drop overhead 0b
	ref 1 bind 1
`;
const midonetPolice = `filter protocol all pref 5 basic chain 0 handle 0x1
 police 0x2 rate 4Mbit burst 100Kb mtu 65335b action drop overhead 0b
	ref 1 bind 1
`;
const neutronPolice = `filter protocol all pref 49 u32 chain 0 fh 801::800 order 2048 key ht 801 bkt 0 terminal flowid not_in_hw
  match 00000000/00000000 at 0
 police 0x3 rate 3Mbit burst 300Kb mtu 64Kb action drop overhead 0b
	ref 1 bind 1
`;
const ovsPolice = (mbit: number) => `filter protocol all pref 1 matchall chain 0 handle 0x1
  not_in_hw
	action order 1:  police 0x4 rate ${mbit}Mbit burst 1Mb mtu 64Kb action drop/continue overhead 0b
`;
const selective = `filter protocol all pref 2 u32 chain 0 fh 802::800 order 2048 key ht 802 bkt 0 *flowid :1 not_in_hw
  match c0a80001/ffffffff at 12
 police 0x5 rate 1Mbit burst 1Mb mtu 64Kb action drop overhead 0b
`;
const libvirtClass = 'class htb 1:1 root leaf 2: prio 0 rate 8Mbit ceil 16Mbit burst 1Mb cburst 1600b\n';
const ovsClasses = `class htb 1:1 parent 1:fffe prio 0 rate 12Kbit ceil 5Mbit burst 1563b cburst 1563b
class htb 1:fffe root rate 34359Mbit ceil 34359Mbit burst 1460b cburst 1460b
`;

const htbQdisc = 'qdisc htb 1: root refcnt 2 r2q 10 default 0x1 direct_packets_stat 0 direct_qlen 1000\n';
const ingressQdisc = 'qdisc ingress ffff: parent ffff:fff1 ---------------- \n';

const tap: InterfaceDefinition = {
  mac: '52:54:00:00:00:01',
  type: 'ethernet',
  dev: 'tap1',
  managed: false,
  bandwidth: { 'inbound.average': 1000, 'inbound.peak': 2000, 'outbound.average': 1000 },
};

function state(more: Partial<NicState>, tc: { classes?: string; filters?: string } = {}): NicState {
  return {
    nic: tap,
    dev: 'tap1',
    shaped: 'inbound',
    tc: {
      classes: parseTcClasses(tc.classes ?? ''),
      ingress: parseTcRules(tc.filters ?? ''),
      qdiscs: parseTcQdiscs(tc.classes === undefined ? ingressQdisc : `${htbQdisc}${ingressQdisc}`),
      filters: [],
      egress: [],
    },
    ...more,
  };
}

function database(port: {
  readonly qos?: object;
  readonly policing?: number;
  readonly ids?: readonly [string, string][];
}): OvsState {
  const uuid = ['uuid', 'a0067bee-fcd0-486f-b2b5-fa4949b49247'];
  return {
    interfaces: [
      { name: 'tap1', ingress_policing_rate: port.policing ?? 0, external_ids: ['map', port.ids ?? []] },
    ],
    ports: [{ name: 'tap1', qos: port.qos === undefined ? ['set', []] : uuid }],
    qos: port.qos === undefined ? [] : [{ _uuid: uuid, ...port.qos }],
    queues: [],
  };
}

function told(nic: NicState): readonly string[] {
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
    definition: { ...definition, disks: [], interfaces: [nic.nic] },
    groups: [],
    disks: [],
    nics: [nic],
  };
  return effectiveDomain(domain, []).flatMap(({ limited, binds, claims }) => [
    `${limited}: ${binds?.value ?? 'no limit'}`,
    ...claims.map(({ owner, at, value, standing }) => `  ${standing} ${owner} ${value ?? '-'} ${at}`),
  ]);
}

describe('what limits a tap', () => {
  it('is the average, for a class without a parent cannot reach its peak', () => {
    expect(told(state({}, { classes: libvirtClass, filters: libvirtPolice }))).toEqual([
      'inbound: 1000000',
      '  binds libvirt 1000000 tc tap1 class htb 1:1',
      'outbound: 1000000',
      '  binds libvirt 1000000 tc tap1 police pref 49152 u32',
    ]);
  });

  it("is MidoNet's policer: it decides before libvirt's is asked", () => {
    expect(
      told(state({}, { classes: libvirtClass, filters: libvirtPolice + midonetPolice })).slice(2),
    ).toEqual([
      'outbound: 500000',
      '  binds midonet 500000 tc tap1 police pref 5 basic',
      '  shadowed libvirt 1000000 tc tap1 police pref 49152 u32',
    ]);
  });

  it('is none behind a filter that sends every packet elsewhere', () => {
    const redirect = `filter protocol all pref 1 matchall chain 0 handle 0x1
\taction order 1: mirred (Egress Redirect to device ifb7) stolen
`;
    expect(told(state({}, { classes: libvirtClass, filters: redirect + libvirtPolice })).slice(2)).toEqual([
      'outbound: no limit',
      '  shadowed libvirt 1000000 tc tap1 police pref 49152 u32',
      '  unseen unknown - tc ifb7',
    ]);
  });

  it("is the lesser of Open vSwitch's policer, which lets go on, and the next one", () => {
    const both = (mbit: number) =>
      told(
        state(
          { ovs: database({ policing: mbit * 1000, ids: [['iface-id', 'p']] }) },
          { classes: libvirtClass, filters: ovsPolice(mbit) + libvirtPolice },
        ),
      ).slice(2);
    expect(both(16)).toEqual([
      'outbound: 1000000',
      '  looser neutron 2000000 tc tap1 police pref 1 matchall',
      '  binds libvirt 1000000 tc tap1 police pref 49152 u32',
    ]);
    expect(both(4)[0]).toBe('outbound: 500000');
  });

  it("is Neutron's agent's filter, and one for some packets is said to be that", () => {
    expect(told(state({}, { filters: neutronPolice + libvirtPolice })).slice(2)).toEqual([
      'outbound: 375000',
      '  binds neutron 375000 tc tap1 police pref 49 u32',
      '  shadowed libvirt 1000000 tc tap1 police pref 49152 u32',
    ]);
    // A packet meets one of two: together they let through what both do.
    expect(told(state({}, { filters: selective + neutronPolice + libvirtPolice })).slice(2)).toEqual([
      'outbound: 500000',
      '  partial unknown 125000 tc tap1 police pref 2 u32',
      '  partial neutron 375000 tc tap1 police pref 49 u32',
      '  shadowed libvirt 1000000 tc tap1 police pref 49152 u32',
      '  binds unknown 500000 tc tap1 policers together',
    ]);
  });

  it('is nothing after Open vSwitch has removed what libvirt set, although the definition has it', () => {
    const noop = {
      type: 'linux-noop',
      other_config: ['map', []],
      queues: ['map', []],
      external_ids: ['map', []],
    };
    expect(told(state({ ovs: database({ qos: noop }) }, { classes: libvirtClass }))).toEqual([
      'inbound: 1000000',
      '  binds libvirt 1000000 tc tap1 class htb 1:1',
      '  not-in-force os-vif - ovs tap1 qos linux-noop',
      'outbound: no limit',
      '  not-in-force libvirt 1000000 definition',
    ]);
  });

  it("is what Neutron's QoS row made of the qdisc, and libvirt's class is overwritten", () => {
    const qos = {
      type: 'linux-htb',
      other_config: ['map', [['max-rate', '34359738367']]],
      queues: ['map', []],
      external_ids: ['map', [['id', 'tap1']]],
    };
    expect(
      told(state({ ovs: database({ qos }) }, { classes: ovsClasses, filters: libvirtPolice })).slice(0, 3),
    ).toEqual([
      'inbound: 625000',
      '  binds neutron 625000 tc tap1 class htb 1:1 parent 1:fffe',
      '  not-in-force libvirt 1000000 definition',
    ]);
  });

  it("is the linuxbridge agent's tbf", () => {
    const qdiscs = parseTcQdiscs('qdisc tbf 8001: root refcnt 2 rate 4Mbit burst 16000b lat 50ms\n');
    expect(
      told(state({ tc: { classes: [], ingress: [], qdiscs, filters: [], egress: [] } })).slice(0, 3),
    ).toEqual([
      'inbound: 500000',
      '  binds neutron 500000 tc tap1 qdisc tbf',
      '  not-in-force libvirt 1000000 definition',
    ]);
  });

  it('is not known where tc cannot be seen', () => {
    const { tc, ...unseen } = state({});
    expect(told(unseen)).toEqual([
      'inbound: no limit',
      '  unseen libvirt 1000000 definition',
      'outbound: no limit',
      '  unseen libvirt 1000000 definition',
    ]);
  });
});

describe('two owners', () => {
  it('are named, with who wins and what becomes of the other', () => {
    const nic = state({}, { classes: libvirtClass, filters: libvirtPolice + midonetPolice });
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
      definition: { ...definition, disks: [], interfaces: [tap] },
      groups: [],
      disks: [],
      nics: [nic],
    };
    const [contest, ...others] = contests(effectiveDomain(domain, []));
    expect(others).toEqual([]);
    expect(contest && contestText(contest)).toBe(
      "interface 52:54:00:00:00:01 outbound: limits of MidoNet and libvirt; MidoNet's binds (500 kB/s); libvirt's is shadowed: the basic filter at pref 5 decides for every packet before it",
    );
  });
});

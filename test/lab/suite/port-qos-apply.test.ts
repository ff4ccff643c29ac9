import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { parsePortQos } from '../../../src/intent/port-qos.ts';
import { knobName } from '../../../src/verify/expectation.ts';
import { applyPortQos, type PortRequest, verifyPortQos } from '../../../src/workflow/port-qos.ts';
import type { HostSurroundings } from '../../../src/workflow/surroundings.ts';
import { type HostThrough, hostSurroundingsThrough, hostThrough } from '../host-through.ts';
import type { Hypervisor } from '../hypervisor.ts';
import { type Machine, type Stream, sendFor } from '../packets.ts';
import { labHypervisor, releaseHypervisor } from '../start.ts';

// Two machines, played by network namespaces, on a bridge with somebody else's flow and meter on it. Written by this
// project, from outside; read by tc, ovs-vsctl, ovs-ofctl and the packets themselves.
const dev = 'tapq1';
const vm: Machine = { namespace: 'vm', mac: '02:00:00:00:88:01', address: '10.88.0.1' };
const peer: Machine = { namespace: 'peer', mac: '02:00:00:00:88:02', address: '10.88.0.2' };
const scene = `
ovs-vsctl add-br brq
ip netns add vm
ip netns add peer
ip link add ${dev} type veth peer name e0 netns vm
ip link add tapq2 type veth peer name e0 netns peer
ip -n vm link set e0 address ${vm.mac}
ip -n peer link set e0 address ${peer.mac}
ovs-vsctl add-port brq ${dev} -- set Interface ${dev} 'external_ids:attached-mac="${vm.mac}"' -- add-port brq tapq2
for one in "vm 1" "peer 2"; do
  set -- $one
  ip -n $1 link set e0 up
  ip -n $1 address add 10.88.0.$2/24 dev e0
  ip -n $1 address add fd88::$2/64 dev e0 nodad
done
ip link set ${dev} up
ip link set tapq2 up
ip netns exec peer tc qdisc add dev e0 clsact
ovs-ofctl add-flow brq cookie=0xabc,priority=7,arp,actions=NORMAL
ovs-ofctl -O OpenFlow13 add-meter brq meter=1,kbps,bands=type=drop,rate=999999
`;
let hypervisor: Hypervisor;
let host: HostThrough;
let surroundings: HostSurroundings;

beforeAll(async () => {
  hypervisor = await labHypervisor();
  await shell(scene);
  host = hostThrough(hypervisor);
  surroundings = hostSurroundingsThrough(hypervisor, host);
});

// Also after a test that failed in the middle.
afterEach(async () => {
  await apply([]);
  await shell(`ovs-vsctl clear Bridge brq protocols -- clear Port ${dev} qos \\
  -- set Interface ${dev} ingress_policing_rate=0 ingress_policing_burst=0
ovs-ofctl del-flows brq cookie=0x77/-1
${clean}`);
});

afterAll(async () => {
  host?.close();
  await shell(`ovs-vsctl --if-exists del-br brq
${clean}
ip netns del vm
ip netns del peer`);
  await releaseHypervisor(hypervisor);
});

/** Rows of other suites' ports are in use, and stay. */
const clean = `for table in QoS Queue; do
  for row in $(ovs-vsctl --bare --columns=_uuid list $table); do ovs-vsctl destroy $table $row 2>/dev/null || true; done
done`;

const shell = (script: string) => hypervisor.shell(script);

function requestOf(rules: readonly object[], how: Partial<PortRequest> = {}): PortRequest {
  if (rules.length === 0) return { port: { dev }, ...how };
  return { port: { dev }, qos: parsePortQos(JSON.stringify({ rules })).qos, ...how };
}

async function apply(rules: readonly object[], how: Partial<PortRequest> = {}) {
  const { outcome, verdicts, failure, plan } = await applyPortQos(surroundings, requestOf(rules, how));
  const open = verdicts.filter(one => one.outcome === 'fail' || one.outcome === 'inconclusive');
  return { outcome, open: open.map(one => knobName(one.expectation)), failure, plan };
}

async function failing(rules: readonly object[]): Promise<readonly string[]> {
  const { verdicts } = await verifyPortQos(surroundings, requestOf(rules));
  return verdicts
    .filter(one => one.outcome !== 'pass')
    .map(one => `${one.outcome} ${knobName(one.expectation)}`);
}

/** All that there is on the port and its bridge, but for counters. */
const everything = () =>
  shell(`ovs-vsctl --columns=name,qos list Port ${dev}
ovs-vsctl --columns=name,external_ids,ingress_policing_rate,ingress_policing_burst list Interface ${dev}
ovs-vsctl list QoS; ovs-vsctl list Queue
ovs-ofctl -O OpenFlow13 --no-stats dump-flows brq | grep -v xid
ovs-ofctl -O OpenFlow13 dump-meters brq | grep -v xid
tc qdisc show dev ${dev} | sed 's/ refcnt.*//'
tc class show dev ${dev}
tc filter show dev ${dev} parent ffff: 2>/dev/null | sed -n 's/.*police 0x[0-9a-f]* //p'`);

const egress = { type: 'bandwidth_limit', max_kbps: 3000, max_burst_kbps: 200 };
const ingress = { type: 'bandwidth_limit', max_kbps: 4000, max_burst_kbps: 200, direction: 'ingress' };
const mark = { type: 'dscp_marking', dscp_mark: 26 };
const sent = { type: 'packet_rate_limit', max_kpps: 1 };
const received = { type: 'packet_rate_limit', max_kpps: 2, direction: 'ingress' };
const all = [egress, ingress, mark, sent, received];
const applied = { outcome: 'applied', open: [], failure: undefined };

/** Bursts that outlast the pauses of an emulated machine; its buckets would overflow, and be credited less. */
const bulk = [
  { ...egress, max_burst_kbps: 600 },
  { ...ingress, max_burst_kbps: 800 },
];

/** 6 Mbit/s; and more packets than any limit here. */
const large: Stream = { bytes: 1000, perSecond: 750 };
const small: Stream = { bytes: 100, perSecond: 3000 };

async function expectMegabits(way: readonly [Machine, Machine], megabits: number): Promise<void> {
  const arrived = (await sendFor(hypervisor, way, large)).megabits;
  expect(arrived).toBeGreaterThan(megabits * 0.9);
  expect(arrived).toBeLessThan(megabits * 1.1);
}

async function expectPackets(way: readonly [Machine, Machine], packets: number): Promise<void> {
  const arrived = (await sendFor(hypervisor, way, small)).packets;
  expect(arrived).toBeGreaterThan(packets * 0.9);
  expect(arrived).toBeLessThan(packets * 1.1);
}

describe('a policy with a rule of every type', () => {
  test('is in the database, the flows, the meters and tc with its exact numbers, and is not written twice', async () => {
    expect(await apply(all)).toMatchObject(applied);
    const columns = `ovs-vsctl get Interface ${dev} ingress_policing_rate ingress_policing_burst`;
    expect(await shell(columns)).toBe('3000\n200\n');
    const qos = await shell(`ovs-vsctl list QoS $(ovs-vsctl get Port ${dev} qos)`);
    expect(qos).toMatch(/external_ids *: {virt-quota-port-qos=tapq1}/);
    expect(qos).toMatch(
      /other_config *: {max-rate="34359738367"}\nqueues *: {0=[0-9a-f-]{36}}\ntype *: linux-htb/,
    );
    expect(await shell('ovs-vsctl list Queue')).toMatch(
      /other_config *: {burst="200000", max-rate="4000000"}/,
    );
    expect(await shell(`tc class show dev ${dev}`)).toMatch(
      /class htb 1:1 parent 1:fffe .*rate 12Kbit ceil 4Mbit burst (24999|25000)b/,
    );
    expect(await shell(`tc filter show dev ${dev} parent ffff:`)).toMatch(
      /matchall[\s\S]*police 0x\w+ rate 3Mbit burst 25Kb mtu 64Kb action drop\/continue/,
    );
    const flows = await shell('ovs-ofctl -O OpenFlow13 --no-names --no-stats dump-flows brq');
    expect(flows.match(/(?<=cookie=0x7671[0-9a-f]{12}, ).*/g)?.sort()).toEqual([
      `priority=65533,reg14=0/0x2,vlan_tci=0x0000/0x1fff,dl_dst=${vm.mac} actions=meter:3,load:0x1->NXM_NX_REG14[1],resubmit(,0)`,
      'priority=65534,reg14=0/0x1,in_port=1 actions=meter:2,load:0x1->NXM_NX_REG14[0],resubmit(,0)',
      'priority=65535,ip,reg2=0,in_port=1 actions=set_field:0x1->reg2,set_field:26->ip_dscp,resubmit:1',
      'priority=65535,ipv6,reg2=0,in_port=1 actions=set_field:0x1->reg2,set_field:26->ip_dscp,resubmit:1',
    ]);
    const meters = (await shell('ovs-ofctl -O OpenFlow13 dump-meters brq')).replace(/\s+/g, ' ');
    expect(meters).toContain('meter=2 pktps bands= type=drop rate=1000');
    expect(meters).toContain('meter=3 pktps bands= type=drop rate=2000');
    expect(await failing(all)).toEqual([]);

    const before = await everything();
    expect(await apply(all)).toMatchObject({ outcome: 'unchanged' });
    expect(await everything()).toBe(before);
  });

  test('is gone without a trace, with what belongs to others still there', async () => {
    const before = await everything();
    await apply(all);
    expect(await everything()).not.toBe(before);
    expect(await apply([])).toMatchObject(applied);
    expect(await everything()).toBe(before);
    expect(before).toContain('cookie=0xabc');
    expect(before).toContain('rate=999999');
  });

  test('changes to another one, and leaves nothing of the first', async () => {
    await apply(all);
    const other = [
      { ...ingress, max_kbps: 5000 },
      { ...received, max_kpps: 3 },
    ];
    expect(await apply(other)).toMatchObject(applied);
    const now = await everything();
    expect(now).toContain('max-rate="5000000"');
    expect(now).toContain('rate=3000');
    expect(now).not.toMatch(/ip_dscp|meter=2 |rate 3Mbit|max-rate="4000000"/);
  });
});

describe('packets', () => {
  test('pass at the rate of the limit, and as they come without one', async () => {
    await expectMegabits([vm, peer], 6);
    await apply(bulk);
    await expectMegabits([vm, peer], 3);
    await expectMegabits([peer, vm], 4);
    const police = await shell(`tc -s filter show dev ${dev} parent ffff:`);
    expect(Number(/dropped (\d+)/.exec(police)?.[1])).toBeGreaterThan(100);
    const shaped = await shell(`tc -s class show dev ${dev} | grep -A1 'class htb 1:1 '`);
    expect(Number(/overlimits (\d+)/.exec(shaped)?.[1])).toBeGreaterThan(0);
    await apply([]);
    await expectMegabits([peer, vm], 6);
  });

  test('are counted by meters, each way for itself', async () => {
    await expectPackets([vm, peer], 3000);
    await apply([sent, received]);
    await expectPackets([vm, peer], 1000);
    await expectPackets([peer, vm], 2000);
  });

  test('pass at the rate of the limit by meters too, where Neutron is told so', async () => {
    expect(await apply([egress, ingress], { meterBandwidth: true })).toMatchObject(applied);
    expect(await shell(`ovs-vsctl get Interface ${dev} ingress_policing_rate`)).toBe('0\n');
    await expectMegabits([vm, peer], 3);
    await expectMegabits([peer, vm], 4);
  });

  test('of the machine are marked, DSCP 26 as 0x68, IPv4 and IPv6, and keep their ECN bits', async () => {
    expect(await arriving('ip', '0x68')).toBe(0);
    await apply([mark, sent]);
    expect(await arriving('ip', '0x68')).toBe(3);
    expect(await arriving('ipv6', '0x68')).toBe(3);
    await shell(`ip netns exec vm tc qdisc replace dev e0 clsact
ip netns exec vm tc filter add dev e0 egress pref 1 protocol ip u32 match u32 0 0 action pedit ex munge ip dsfield set 0x01 retain 0x03 pipe action csum ip4h`);
    expect(await arriving('ip', '0x69')).toBe(3);
    await shell('ip netns exec vm tc qdisc del dev e0 clsact');
  });

  /** Sends three packets from the machine, and counts those that arrive with exactly this byte. */
  async function arriving(family: 'ip' | 'ipv6', tos: string): Promise<number> {
    const address = family === 'ip' ? peer.address : 'fd88::2';
    const out = await shell(`
ip netns exec peer tc filter del dev e0 ingress 2>/dev/null || true
ip netns exec peer tc filter add dev e0 ingress pref 1 protocol ${family} flower ip_proto udp ip_tos ${tos}/0xff action pass
ip netns exec vm bash -c 'for i in 1 2 3; do echo x >/dev/udp/${address}/5060; done'
sleep 1
ip netns exec peer tc -s filter show dev e0 ingress`);
    return Number(/Sent \d+ bytes (\d+) pkt/.exec(out)?.[1]);
  }
});

describe('a port that somebody else limits', () => {
  const limited = (
    mine: string,
  ) => `ovs-vsctl set Interface ${dev} ingress_policing_rate=2000 ingress_policing_burst=200 \\
  -- set Port ${dev} qos=@qos -- --id=@qos create QoS type=linux-htb other_config:max-rate=2000000 queues:0=@queue ${mine} \\
  -- --id=@queue create Queue other_config:max-rate=2000000 other_config:burst=400000 ${mine}`;

  test.each([
    ["Neutron's agent", `external_ids:id=${dev}`],
    ['libvirt', `external_ids:vm-id=6e2dd9a3-1c2e-4b6e-8f0e-0a0000000001 external_ids:ifname=${dev}`],
  ])(
    'is refused, with who it is: %s; taken over it holds the policy, and afterwards theirs again',
    async (owner, mine) => {
      await shell(limited(mine));
      const before = await everything();
      const { outcome, plan } = await apply([egress, ingress]);
      expect(outcome).toBe('refused');
      const holders = plan.diagnostics.map(one => String(one.args?.holder));
      expect(holders).toEqual([expect.stringContaining(owner), expect.stringContaining(owner)]);
      expect(await everything()).toBe(before);

      expect(await apply(bulk, { takeOver: true })).toMatchObject(applied);
      // Who writes last binds: the other limit is the lower one, and not in force.
      await expectMegabits([peer, vm], 4);
      expect(await apply([])).toMatchObject(applied);
      expect(await everything()).toBe(before);
      await expectMegabits([peer, vm], 2);
    },
  );

  test('by a flow is refused; taken over, the flow comes back', async () => {
    await shell(
      "ovs-ofctl add-flow brq 'cookie=0x77,priority=65535,ip,in_port=1,reg2=0,actions=set_field:1->reg2,set_field:10->ip_dscp,resubmit:1'",
    );
    const before = await everything();
    expect((await apply([mark])).outcome).toBe('refused');
    expect(await apply([mark], { takeOver: true })).toMatchObject(applied);
    expect(await shell('ovs-ofctl -O OpenFlow13 dump-flows brq')).not.toContain('cookie=0x77,');
    expect(await apply([])).toMatchObject(applied);
    expect(await everything()).toBe(before);
  });
});

describe('what goes wrong', () => {
  test('flows that cannot be written: the database and the meters are as before', async () => {
    await apply([ingress, sent]);
    const before = await everything();
    // A bundle needs OpenFlow 1.4.
    await shell('ovs-vsctl set Bridge brq protocols=OpenFlow10,OpenFlow13');
    const result = await apply(all);
    await shell('ovs-vsctl clear Bridge brq protocols');
    expect(result).toMatchObject({ outcome: 'rolled-back', failure: expect.stringContaining('ovs-ofctl') });
    expect(withoutUuids(await everything())).toBe(withoutUuids(before));
  });

  test('tc changed behind the back of Open vSwitch: verify names it, apply sets it right', async () => {
    await apply([egress, ingress]);
    await shell(`tc qdisc del dev ${dev} root; tc qdisc del dev ${dev} ingress`);
    expect(await failing([egress, ingress])).toEqual([
      `fail tc ${dev} police matchall`,
      `fail tc ${dev} class htb 1:1 parent 1:fffe`,
    ]);
    expect(await apply([egress, ingress])).toMatchObject(applied);
    expect(await shell(`tc class show dev ${dev}`)).toMatch(/1:1 parent 1:fffe .*ceil 4Mbit/);
  });

  test('Open vSwitch restarted: what it has forgotten is named, and set right', async () => {
    await apply(all);
    await shell('systemctl restart openvswitch-switch; sleep 2');
    const lost = await failing(all);
    expect(lost.filter(one => !one.startsWith('fail openflow brq'))).toEqual([]);
    expect(lost).not.toEqual([]);
    expect(await apply(all)).toMatchObject(applied);
    expect(await failing(all)).toEqual([]);
  });

  test('the command says by its exit code what it found', async () => {
    await hypervisor.writeFile('/root/port.json', JSON.stringify({ rules: [egress, mark] }));
    await hypervisor.writeFile('/root/bad.json', JSON.stringify({ rules: [{ ...egress, max_kbps: 0 }] }));
    const port = async (verb: string, ...words: readonly string[]) => {
      const argv = ['virt-quota', 'port', verb, '--dev', dev, ...words];
      return (await hypervisor.run(argv)).exitCode;
    };
    const policy = ['--policy', '/root/port.json'];
    expect(await port('verify', ...policy)).toBe(1);
    expect(await port('plan', '--exit-code', ...policy)).toBe(1);
    expect(await port('apply', ...policy)).toBe(0);
    expect(await port('verify', ...policy)).toBe(0);
    expect(await port('apply', '--policy', '/root/bad.json')).toBe(2);
    expect(await port('remove')).toBe(0);
  });

  /** Rows of ours that were put back are new ones. */
  function withoutUuids(text: string): string {
    return text.replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'UUID');
  }
});

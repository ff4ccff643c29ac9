import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { setUpLines, tearDownLines } from '../../../src/backend/htb-commands.ts';
import { htbTree } from '../../../src/backend/htb-tree.ts';
import { type MarkingTarget, renderMarking } from '../../../src/backend/marking/targets.ts';
import type { PortBinding } from '../../../src/backend/port-binding.ts';
import { type PortBackend, portHoldings } from '../../../src/backend/port-holdings.ts';
import { quoteArguments } from '../../../src/domain/virsh-commands.ts';
import { parseHostProfile } from '../../../src/intent/host-profile.ts';
import { parseMarking } from '../../../src/intent/marking.ts';
import { parsePortQos } from '../../../src/intent/port-qos.ts';
import type { Hypervisor } from '../hypervisor.ts';
import { projectFolder } from '../paths.ts';
import { labHypervisor, releaseHypervisor } from '../start.ts';

// Two machines on br-int, played by network namespaces, and an uplink on a bridge of its own. Whatever is written here
// was made by this project; whatever is read is read by tc, ovs-vsctl, ovs-ofctl and the packets themselves.
const dev = 'tap205081e1-ad';
const mac = '02:00:00:00:77:01';
const samples = (path: string) => readFileSync(join(projectFolder, 'samples', path), 'utf8');
const namespaces = `
ovs-vsctl --may-exist add-br br-int -- --may-exist add-br br-ex
ip netns add vm
ip netns add peer
ip link add ${dev} type veth peer name e0 netns vm
ip link add tappeer type veth peer name e0 netns peer
ip link add up0 type dummy
ip link set up0 up
ip -n vm link set e0 address ${mac}
ovs-vsctl add-port br-int ${dev} -- add-port br-int tappeer -- add-port br-ex up0 \\
  -- add-port br-ex phy-br-ex -- set Interface phy-br-ex type=patch options:peer=int-br-ex \\
  -- add-port br-int int-br-ex -- set Interface int-br-ex type=patch options:peer=phy-br-ex
for one in "vm 1" "peer 2"; do
  set -- $one
  ip -n $1 link set e0 up
  ip -n $1 address add 10.77.0.$2/24 dev e0
  ip -n $1 address add fd77::$2/64 dev e0 nodad
done
ip link set ${dev} up
ip link set tappeer up
ip netns exec peer tc qdisc add dev e0 clsact
`;
let hypervisor: Hypervisor;
let port: PortBinding;

beforeAll(async () => {
  hypervisor = await labHypervisor();
  await hypervisor.shell(namespaces);
  const ofport = Number(await hypervisor.shell(`ovs-vsctl get Interface ${dev} ofport`));
  const uplink = { physical: true, physicalBridge: 'br-ex', uplink: 'up0' };
  port = { id: '205081e1-ad00-4000-8000-000000000001', dev, mac, ofport, localVlan: 3, ...uplink };
});

afterAll(async () => {
  // Rows of other suites' ports are in use, and stay.
  await hypervisor.shell(`ovs-vsctl --if-exists del-br br-int -- --if-exists del-br br-ex
for table in QoS Queue; do
  for row in $(ovs-vsctl --bare --columns=_uuid list $table); do
    ovs-vsctl destroy $table $row 2>/dev/null || true
  done
done
ip netns del vm
ip netns del peer
ip link del up0`);
  await releaseHypervisor(hypervisor);
});

/** Runs the commands that would put a policy there. */
async function put(backend: PortBackend, policy: string, binding: PortBinding = port): Promise<void> {
  const { commands } = portHoldings(backend, parsePortQos(policy).qos, binding);
  expect(commands.length).toBeGreaterThan(0);
  await hypervisor.shell(commands.map(quoteArguments).join('\n'));
}

/** Sends three packets from the machine to its peer, and counts those that arrive with exactly this byte. */
async function arriving(family: 'ip' | 'ipv6', tos: string, udpPort = 5060): Promise<number> {
  const address = family === 'ip' ? '10.77.0.2' : 'fd77::2';
  const out = await hypervisor.shell(`
ip netns exec peer tc filter del dev e0 ingress 2>/dev/null || true
ip netns exec peer tc filter add dev e0 ingress pref 1 protocol ${family} flower ip_proto udp ip_tos ${tos}/0xff action pass
ip netns exec vm bash -c 'for i in 1 2 3; do echo x >/dev/udp/${address}/${udpPort}; done'
sleep 1
ip netns exec peer tc -s filter show dev e0 ingress`);
  return Number(/Sent \d+ bytes (\d+) pkt/.exec(out)?.[1]);
}

/** The machine sets its ECN bits itself: ECT(1), 0x01. */
const setEcn = `ip netns exec vm tc qdisc replace dev e0 clsact
ip netns exec vm tc filter add dev e0 egress pref 200 protocol ip u32 match u32 0 0 action pedit ex munge ip dsfield set 0x01 retain 0x03 pipe action csum ip4h`;

describe('a Neutron policy on Open vSwitch', () => {
  test('is in its database and in tc with the numbers that were foretold', async () => {
    await put('ovs', samples('port-qos/gold.policy.json'));
    expect(
      await hypervisor.shell(`ovs-vsctl get Interface ${dev} ingress_policing_rate ingress_policing_burst`),
    ).toBe('3000\n2400\n');
    const police = await hypervisor.shell(`tc filter show dev ${dev} parent ffff:`);
    expect(police).toMatch(/protocol all pref 1 matchall/);
    expect(police).toMatch(/police 0x\w+ rate 3Mbit burst 300Kb mtu 64Kb action drop\/continue/);
    const classes = await hypervisor.shell(`tc class show dev ${dev}`);
    expect(classes).toMatch(/class htb 1:1 parent 1:fffe .*rate 12Kbit ceil 3Mbit burst 156\db/);
    expect(classes).toMatch(/class htb 1:fffe root rate 34359Mbit ceil 34359Mbit/);
    expect(await hypervisor.shell(`tc qdisc show dev ${dev}`)).toMatch(/qdisc htb 1: root .*default 0x1/);
  });

  test('marks the packets of the machine, DSCP 26 as 0x68, and lets their ECN bits be', async () => {
    expect(await arriving('ip', '0x68')).toBe(3);
    expect(await arriving('ipv6', '0x68')).toBe(3);
    await hypervisor.shell(setEcn);
    expect(await arriving('ip', '0x69')).toBe(3);
    await hypervisor.shell(
      'ip netns exec vm tc qdisc del dev e0 clsact; ovs-ofctl del-flows br-int cookie=0x7669727471756f74/-1',
    );
    expect(await arriving('ip', '0x68')).toBe(0);
  });

  test('guarantees and counts packets with the numbers that were foretold', async () => {
    await put('ovs', samples('port-qos/guaranteed.policy.json'));
    const meters = await hypervisor.shell('ovs-ofctl -O OpenFlow13 dump-meters br-int');
    expect(meters.replace(/\s+/g, ' ')).toMatch(
      /meter=1 pktps burst .*bands= type=drop rate=20000 burst_size=2000/,
    );
    const queue = ((port.ofport ?? 0) + 1).toString(16);
    expect(await hypervisor.shell('tc class show dev up0')).toMatch(
      new RegExp(`class htb 1:${queue} parent 1:fffe .*rate 10Mbit ceil 34359Mbit burst 156\\db`),
    );
    expect(await hypervisor.shell(`tc filter show dev ${dev} parent ffff:`)).toMatch(
      /rate 50Mbit burst 625Kb mtu 64Kb/,
    );
  });
});

describe('other back ends', () => {
  const plain: PortBinding = { id: 'x', dev: 'plain0' };

  test.each([
    [
      'midonet',
      /filter protocol all pref 49 basic .*\n(.*\n)*?.*police 0x\w+ rate 3Mbit burst 300Kb mtu 64Kb action drop/,
    ],
    [
      'linuxbridge',
      /filter protocol all pref 49 u32 .*\n(.*\n)*?.*police 0x\w+ rate 3Mbit burst (300000b|29999\db|2[0-9]{2}Kb) mtu 64Kb action drop/,
    ],
  ] as const)('%s: tc takes the filter, and shows it', async (backend, shown) => {
    await hypervisor.shell('ip link add plain0 type dummy');
    try {
      const rule = { type: 'bandwidth_limit', max_kbps: 3000, max_burst_kbps: 2400 };
      await put(backend, JSON.stringify({ rules: [rule, { ...rule, direction: 'ingress' }] }), plain);
      expect(await hypervisor.shell('tc filter show dev plain0 parent ffff:')).toMatch(shown);
      if (backend === 'linuxbridge')
        expect(await hypervisor.shell('tc qdisc show dev plain0 root')).toMatch(
          /tbf .*rate 3Mbit burst (300000b|29999\db|29\dKb) lat 50ms/,
        );
    } finally {
      await hypervisor.shell('ip link del plain0');
    }
  });
});

describe('a DSCP marking by tc', () => {
  test.each(['tc', 'tc-u32'] as const)('%s marks on the wire, IPv4 and IPv6, and keeps ECN', async target => {
    const text =
      '{"mark": "EF", "destinations": ["10.77.0.0/24", "fd77::/64"], "protocols": ["udp"], "ports": ["5000-5100"]}';
    await hypervisor.shell(`ip netns exec vm tc -batch - <<'EOF'\n${batch(target, text)}EOF`);
    expect(await arriving('ip', '0xb8')).toBe(3);
    expect(await arriving('ipv6', '0xb8')).toBe(3);
    expect(await arriving('ip', '0xb8', 5101)).toBe(0);
    await hypervisor.shell('ip netns exec vm tc qdisc del dev e0 clsact');
    // The ECN bits are there before the mark is set.
    await hypervisor.shell(
      setEcn.replace('pref 200', 'pref 1').replace(' ip4h', ' ip4h pipe action continue'),
    );
    await hypervisor.shell(`ip netns exec vm tc -batch - <<'EOF'\n${batch(target, text)}EOF`);
    expect(await arriving('ip', '0xb9')).toBe(3);
    await hypervisor.shell('ip netns exec vm tc qdisc del dev e0 clsact');
  });

  function batch(target: MarkingTarget, text: string): string {
    const { marking } = parseMarking(text);
    if (marking === undefined) throw new Error('no marking');
    return renderMarking(target, marking, { dev: 'e0', bridge: 'br-int' }).text;
  }
});

describe('a host profile', () => {
  const { profile } = parseHostProfile(samples('profiles/uplink.yaml'));
  const tree = htbTree(profile);
  const batch = (lines: readonly (readonly string[])[]) =>
    hypervisor.shell(`tc -batch - <<'EOF'\n${lines.map(words => words.join(' ')).join('\n')}\nEOF`);

  test('is the tree that tc shows, and is gone without a trace', async () => {
    await hypervisor.shell('ip link add eth1 type dummy; ip link set eth1 up');
    try {
      const before = await hypervisor.shell('tc qdisc show dev eth1');
      await batch(setUpLines(tree));
      const classes = await hypervisor.shell('tc class show dev eth1 | sort');
      expect(classes).toMatch(/class htb 1:1 root rate 10Gbit ceil 10Gbit burst 12\d{5}b/);
      expect(classes).toMatch(
        /class htb 1:10 parent 1:1 leaf 10: prio 0 rate 1Gbit ceil 2Gbit burst 12[45]\d{3}b/,
      );
      expect(classes).toMatch(/class htb 1:30 parent 1:1 leaf 30: prio 4 rate 4Gbit ceil 8Gbit/);
      expect(classes).toMatch(/class htb 1:50 parent 1:1 leaf 50: prio 7 rate 100Mbit ceil 5Gbit/);
      const qdiscs = await hypervisor.shell('tc qdisc show dev eth1');
      expect(qdiscs.match(/qdisc (sfq|fq_codel) \w+: parent 1:\w+/g)?.sort()).toEqual([
        ...['20', '30', '40', '50'].map(minor => `qdisc fq_codel ${minor}: parent 1:${minor}`),
        'qdisc sfq 10: parent 1:10',
      ]);
      expect(qdiscs).toMatch(/qdisc htb 1: root .*default 0x40/);
      const filters = await hypervisor.shell('tc filter show dev eth1 parent 1:');
      expect(filters.match(/ handle 0x/g)).toHaveLength(28);
      expect(filters).toMatch(/classid 1:10 \n {2}eth_type ipv4\n {2}ip_tos (0xb8|184)\/0xfc\n/);
      await batch(tearDownLines(tree));
      expect(await hypervisor.shell('tc qdisc show dev eth1')).toBe(before);
    } finally {
      await hypervisor.shell('ip link del eth1');
    }
  });
});

import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { InterfaceDefinition } from '../../../src/domain/definition.ts';
import type { Claim } from '../../../src/effective/claim.ts';
import { policedClaims } from '../../../src/effective/policed.ts';
import { readTcRules } from '../../../src/host/tc.ts';
import { type Domain, removeDomain, startDomain } from '../domains.ts';
import { type HostThrough, hostThrough } from '../host-through.ts';
import type { Hypervisor } from '../hypervisor.ts';
import { type Machine, sendCounting } from '../packets.ts';
import { labHypervisor, releaseHypervisor } from '../start.ts';
import { passing, refusedDatagrams } from '../traffic.ts';
import { virtQuota } from '../virt-quota.ts';

// Several owners of one device: what `effective` says binds is what traffic gets.
const name = 'instance-00000ef1';
const bandwidth = '<bandwidth><inbound average="250" peak="500" burst="64"/></bandwidth>';
let hypervisor: Hypervisor;
let host: HostThrough;
let domain: Domain;

beforeAll(async () => {
  hypervisor = await labHypervisor();
  host = hostThrough(hypervisor);
  domain = await startDomain(hypervisor, { name, nics: [{ kind: 'ethernet', bandwidth }] });
  await hypervisor.shell(`ip address add 10.80.0.1/24 dev ovsbr0
ip link set ovsbr0 up
ip neighbour replace 10.80.0.2 lladdr ${domain.nics[0]?.mac} dev ovsbr0
ip netns add guest
ip link add v0 type veth peer name e0 netns guest
ip address add 10.81.0.1/24 dev v0
ip -n guest address add 10.81.0.2/24 dev e0
ip -n guest link set e0 up
ip link set v0 up
sleep 1`);
});

afterAll(async () => {
  host?.close();
  await hypervisor.shell(`ip netns del guest
ip address flush dev ovsbr0
ovs-vsctl --if-exists clear port ${tap()} qos -- --all destroy qos -- --all destroy queue`);
  await removeDomain(hypervisor, domain);
  await releaseHypervisor(hypervisor);
});

const tap = () => domain.nics[0]?.dev ?? '';

/** Within a tenth of so many bytes a second. */
function expectRate(bits: number, bytes: number): void {
  expect(bits / 8 / bytes).toBeGreaterThan(0.9);
  expect(bits / 8 / bytes).toBeLessThan(1.1);
}

interface Report {
  readonly effective: readonly {
    readonly limited: string;
    readonly binds?: Claim;
    readonly claims: readonly Claim[];
  }[];
  readonly contests: readonly { readonly limited: string; readonly owners: readonly string[] }[];
}

async function effective(): Promise<Report> {
  const { stdout, exitCode } = await virtQuota(hypervisor, 'effective', name, '-f', 'json');
  expect(exitCode).toBe(0);
  return JSON.parse(stdout);
}

describe('a tap that Nova limits with tc and Neutron in Open vSwitch', () => {
  /** Bytes that have left the root qdisc for the guest, which takes none of them. */
  const sent = () =>
    `tc -s class show dev ${tap()} | awk '/^class htb 1:1 / { mine = 1 } mine && /Sent/ { print $2; exit }'`;
  const traffic = () => ({ to: '10.80.0.2', port: 9200, offeredKbit: 6000, count: sent() });

  test('lets through the average and not the peak, while only libvirt limits it', async () => {
    const { effective: all, contests } = await effective();
    expect(contests).toEqual([]);
    expect(all.find(one => one.limited === 'inbound')?.binds).toMatchObject({
      owner: 'libvirt',
      value: 250_000,
    });
    expectRate(await passing(hypervisor, traffic()), 250_000);
  });

  test("lets through Neutron's limit after the agent has written its own, and that is said", async () => {
    await hypervisor.shell(`ovs-vsctl set port ${tap()} qos=@qos -- \\
--id=@qos create qos type=linux-htb other_config:max-rate=34359738367 external_ids:id=${tap()} queues:0=@queue -- \\
--id=@queue create queue other_config:max-rate=1000000 other_config:burst=512000
sleep 2`);
    const { effective: all, contests } = await effective();
    const inbound = all.find(one => one.limited === 'inbound');
    expect(inbound?.binds).toMatchObject({ owner: 'neutron', value: 125_000 });
    expect(inbound?.claims).toContainEqual(
      expect.objectContaining({ owner: 'libvirt', standing: 'not-in-force', value: 250_000 }),
    );
    expect(contests).toMatchObject([{ limited: 'inbound', owners: ['neutron', 'libvirt'] }]);
    expectRate(await passing(hypervisor, traffic()), 125_000);
  });

  test('is warned of before a plan would fight over it', async () => {
    const asked = ['--property', 'quota:vif_inbound_average=2000'];
    const { stderr } = await virtQuota(hypervisor, 'plan', name, '--live', ...asked);
    expect(stderr).toMatch(/warning: interface \S+\/inbound is limited by Neutron's agent too/);
  });
});

describe('a port that goes through meters', () => {
  /** Packets and bytes that have left the root qdisc for the guest. */
  const left = () =>
    `tc -s class show dev ${tap()} | awk '/^class htb 1:1 / { mine = 1 } mine && /Sent/ { print $4; print $2; exit }'`;
  const outside: Machine = { namespace: 'outside', mac: '02:00:00:00:80:03', address: '10.80.0.3' };
  const guest = () => ({ mac: domain.nics[0]?.mac ?? '', address: '10.80.0.2' });
  const port = async (verb: string, ...words: readonly string[]) => {
    const { exitCode, stderr } = await virtQuota(hypervisor, 'port', verb, '--dev', tap(), ...words);
    expect([exitCode, stderr]).toEqual([0, expect.not.stringContaining('error')]);
  };
  const apply = async (rules: readonly object[], ...words: readonly string[]) => {
    await hypervisor.writeFile('/root/metered.json', JSON.stringify({ rules }));
    await port('apply', '--policy', '/root/metered.json', ...words);
  };

  beforeAll(async () => {
    await hypervisor.shell(`ip netns add outside
ip link add tapout type veth peer name e0 netns outside
ip -n outside link set e0 address ${outside.mac}
ip -n outside link set e0 up
ip -n outside address add ${outside.address}/24 dev e0
ip link set tapout up
ovs-vsctl add-port ovsbr0 tapout`);
  });

  afterEach(() => port('remove'));

  afterAll(async () => {
    await hypervisor.shell(`ovs-vsctl --if-exists del-port tapout
ip netns del outside
ovs-ofctl del-flows ovsbr0 cookie=0x1a2b/-1
ovs-ofctl -O OpenFlow13 del-meter ovsbr0 meter=7 2>/dev/null || true`);
  });

  /** What arrives, in bit/s. */
  const bitsThrough = async () => {
    // Little more than passes: what is dropped costs an emulated machine as much.
    const stream = { bytes: 1000, perSecond: 150 };
    const counting = { way: [outside, guest()], stream, counters: left() } as const;
    const { megabits } = await sendCounting(hypervisor, counting);
    return megabits * 1e6;
  };

  test('gets what a meter of bandwidth lets through, below what its queue would', async () => {
    await apply([{ type: 'bandwidth_limit', max_kbps: 640, direction: 'ingress' }], '--meter-bandwidth');
    const { effective: all, contests } = await effective();
    expect(all.find(one => one.limited === 'inbound')?.binds).toMatchObject({
      owner: 'virt-quota',
      at: expect.stringMatching(/^openflow ovsbr0 meter \d+$/),
      value: 80_000,
    });
    expect(contests[0]?.owners).toEqual(expect.arrayContaining(['virt-quota', 'libvirt']));
    expectRate(await bitsThrough(), 80_000);
  });

  test("gets what a meter of Neutron's agent lets through, in the agent's table", async () => {
    const match = `dl_dst=${domain.nics[0]?.mac}`;
    await hypervisor.shell(`ovs-ofctl -O OpenFlow13 add-meter ovsbr0 meter=7,kbps,bands=type=drop,rate=480
ovs-ofctl -O OpenFlow13 add-flow ovsbr0 'cookie=0x1a2b,table=0,priority=9,${match},actions=resubmit(,59)'
ovs-ofctl -O OpenFlow13 add-flow ovsbr0 'cookie=0x1a2b,table=59,priority=100,${match},actions=meter:7,NORMAL'`);
    const { effective: all } = await effective();
    expect(all.find(one => one.limited === 'inbound')?.binds).toMatchObject({
      owner: 'neutron',
      at: 'openflow ovsbr0 meter 7',
      value: 60_000,
    });
    expectRate(await bitsThrough(), 60_000);
    await hypervisor.shell('ovs-ofctl del-flows ovsbr0 cookie=0x1a2b/-1');
  });

  test('gets as many packets as a meter lets through, and both directions are said', async () => {
    const limit = { type: 'packet_rate_limit', max_kpps: 1 };
    await apply([limit, { ...limit, direction: 'ingress' }]);
    const { effective: all } = await effective();
    for (const limited of ['inbound packets', 'outbound packets']) {
      expect(all.find(one => one.limited === limited)?.binds).toMatchObject({
        owner: 'virt-quota',
        at: expect.stringMatching(/^openflow ovsbr0 meter \d+$/),
        value: 1000,
      });
    }
    const stream = { bytes: 100, perSecond: 1500 };
    const counting = { way: [outside, guest()], stream, counters: left() } as const;
    const { packets } = await sendCounting(hypervisor, counting);
    expect(packets).toBeGreaterThan(900);
    expect(packets).toBeLessThan(1100);
  });
});

describe('several policers on one device', () => {
  const nic: InterfaceDefinition = {
    mac: '52:54:00:00:00:02',
    type: 'ethernet',
    dev: 'v0',
    managed: false,
    bandwidth: { 'outbound.average': 250 },
  };
  const libvirts =
    'tc filter add dev v0 parent ffff: protocol all u32 match u32 0 0 police rate 250kbps burst 256kb mtu 64kb drop flowid :1';
  const ovs = (kbps: number) =>
    `tc filter add dev v0 parent ffff: pref 1 protocol all matchall action police rate ${kbps}kbps burst 128kb mtu 64kb conform-exceed drop/continue`;
  const midonets =
    'tc filter add dev v0 parent ffff: pref 5 protocol all basic police rate 125kbps burst 128kb mtu 65335 drop flowid :1';
  const through = () => ({
    from: 'guest',
    to: '10.81.0.1',
    port: 9100,
    offeredKbit: 6000,
    count: refusedDatagrams,
  });

  test.each([
    ["libvirt's alone", [libvirts], { owner: 'libvirt', value: 250_000 }],
    ["MidoNet's, which decides first", [libvirts, midonets], { owner: 'midonet', value: 125_000 }],
    ['one that lets go on, and is stricter', [libvirts, ovs(100)], { value: 100_000 }],
    ['one that lets go on, and is looser', [libvirts, ovs(375)], { owner: 'libvirt', value: 250_000 }],
  ])('%s: what is said to bind is what passes', async (_, filters, expected) => {
    await hypervisor.shell(
      ['tc qdisc del dev v0 ingress 2>/dev/null || true', 'tc qdisc add dev v0 ingress', ...filters].join(
        '\n',
      ),
    );
    const { found } = await readTcRules(host, 'v0', ['parent', 'ffff:']);
    const claims = policedClaims({
      nic,
      dev: 'v0',
      shaped: 'inbound',
      tc: { classes: [], qdiscs: [], ingress: found, egress: [] },
    });
    const binds = claims.find(claim => claim.standing === 'binds');
    expect(binds).toMatchObject(expected);
    expectRate(await passing(hypervisor, through()), expected.value);
  });
});

import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { parsePortQos } from '../../../src/intent/port-qos.ts';
import { knobName } from '../../../src/verify/expectation.ts';
import { applyPortQos, type PortRequest, verifyPortQos } from '../../../src/workflow/port-qos.ts';
import type { HostSurroundings } from '../../../src/workflow/surroundings.ts';
import { type HostThrough, hostSurroundingsThrough, hostThrough } from '../host-through.ts';
import type { Hypervisor } from '../hypervisor.ts';
import { contend, type Machine, type Stream } from '../packets.ts';
import { labHypervisor, releaseHypervisor } from '../start.ts';

// Two machines that send through one uplink, `upg`, and behind a patch port through another, `upx`.
const one: Machine = { namespace: 'vm1', mac: '02:00:00:00:89:01', address: '10.89.0.1' };
const two: Machine = { namespace: 'vm2', mac: '02:00:00:00:89:02', address: '10.89.0.2' };
const far: Machine = { namespace: 'far', mac: '02:00:00:00:89:09', address: '10.89.0.9' };
const farther: Machine = { namespace: 'farther', mac: '02:00:00:00:89:0a', address: '10.89.0.10' };
const noop = `ovs-vsctl set Port upg qos=@noop -- --id=@noop create QoS type=linux-noop`;
const scene = `
ovs-vsctl add-br brg -- add-br brx
ovs-vsctl add-port brg to-x -- set Interface to-x type=patch options:peer=to-g \\
  -- add-port brx to-g -- set Interface to-g type=patch options:peer=to-x
for line in "vm1 tapg1 brg 01 1" "vm2 tapg2 brg 02 2" "far upg brg 09 9" "farther upx brx 0a 10"; do
  set -- $line
  ip netns add $1
  ip link add $2 type veth peer name e0 netns $1
  ip -n $1 link set e0 address 02:00:00:00:89:$4
  ip -n $1 link set e0 up
  ip -n $1 address add 10.89.0.$5/24 dev e0
  # Short queues, so that one test does not send what another has left.
  ip link set $2 txqueuelen 30 up
  ovs-vsctl add-port $3 $2
done
# The bridges learn where everybody is.
for line in "vm1 2" "vm2 9" "far 10" "farther 1"; do
  set -- $line
  ip netns exec $1 bash -c "echo x >/dev/udp/10.89.0.$2/9"
done
sleep 1
`;
let hypervisor: Hypervisor;
let host: HostThrough;
let surroundings: HostSurroundings;
const shell = (script: string) => hypervisor.shell(script);

beforeAll(async () => {
  hypervisor = await labHypervisor();
  await shell(scene);
  host = hostThrough(hypervisor);
  surroundings = hostSurroundingsThrough(hypervisor, host);
});

// Also after a test that failed in the middle.
afterEach(async () => {
  await apply('tapg1', 0);
  await apply('tapg2', 0);
  await shell(`ovs-vsctl clear Bridge brg protocols -- clear Port upg qos -- clear Port upx qos
ovs-ofctl del-flows brg cookie=0x77/-1
tc qdisc del dev upg root 2>/dev/null || true
for table in QoS Queue; do
  for row in $(ovs-vsctl --bare --columns=_uuid list $table); do ovs-vsctl destroy $table $row 2>/dev/null || true; done
done`);
});

afterAll(async () => {
  host?.close();
  await shell(`ovs-vsctl --if-exists del-br brg -- --if-exists del-br brx
for name in vm1 vm2 far farther; do ip netns del $name; done`);
  await releaseHypervisor(hypervisor);
});

/** A guarantee for what a port sends; 0: what is ours goes. */
function requestOf(dev: string, kbps: number, how: Partial<PortRequest> = {}): PortRequest {
  if (kbps === 0) return { port: { dev }, ...how };
  const rules = [{ type: 'minimum_bandwidth', min_kbps: kbps }];
  return { port: { dev }, qos: parsePortQos(JSON.stringify({ rules })).qos, uplink: 'upg', ...how };
}

async function apply(dev: string, kbps: number, how: Partial<PortRequest> = {}) {
  const { outcome, verdicts, failure, plan } = await applyPortQos(surroundings, requestOf(dev, kbps, how));
  const open = verdicts.filter(({ outcome }) => outcome === 'fail' || outcome === 'inconclusive');
  return { outcome, open: open.map(({ expectation }) => knobName(expectation)), failure, plan };
}

async function failing(
  dev: string,
  kbps: number,
  how: Partial<PortRequest> = {},
): Promise<readonly string[]> {
  const { verdicts } = await verifyPortQos(surroundings, requestOf(dev, kbps, how));
  return verdicts
    .filter(({ outcome }) => outcome !== 'pass')
    .map(({ outcome, expectation }) => `${outcome} ${knobName(expectation)}`);
}

/** All that there is on the uplink and the bridge, but for counters and for which rows they are. */
const everything = async () =>
  (
    await shell(`ovs-vsctl --columns=name,qos find Port name=upg
ovs-vsctl --columns=type,other_config,queues,external_ids list QoS
ovs-vsctl --format=csv --columns=other_config,external_ids list Queue | sort
ovs-vsctl --columns=name,external_ids list Interface
ovs-ofctl -O OpenFlow13 --no-stats dump-flows brg | grep -v xid
tc qdisc show dev upg | sed 's/ refcnt.*//'
tc class show dev upg | sort`)
  ).replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'UUID');

const applied = { outcome: 'applied', open: [], failure: undefined };
const line = { uplinkBits: 1_000_000 };

/** 1000 bytes at so many kbit/s. */
const offering = (kbit: number): Stream => ({ bytes: 1000, perSecond: kbit / 8 });

/** Mbit/s of each of the two that arrive, when each offers so many kbit/s. */
function sharing(kbit: readonly [number, number], to = far): Promise<readonly number[]> {
  return contend(
    hypervisor,
    [
      [one, offering(kbit[0])],
      [two, offering(kbit[1])],
    ],
    to,
  );
}

describe('a guarantee', () => {
  test('is in the database, the flows and tc of the uplink with its exact numbers, and is not written twice', async () => {
    const before = await everything();
    expect(await apply('tapg1', 700, line)).toMatchObject(applied);
    const qos = await shell('ovs-vsctl list QoS $(ovs-vsctl get Port upg qos)');
    expect(qos).toMatch(
      /external_ids *: {virt-quota-uplink=upg}\nother_config *: {max-rate="1000000"}\nqueues *: {2=[0-9a-f-]{36}}\ntype *: linux-htb/,
    );
    const queue = await shell('ovs-vsctl list Queue');
    expect(queue).toMatch(/external_ids *: {virt-quota-guarantee=tapg1}/);
    expect(queue).toMatch(/other_config *: {max-rate="34359738367", min-rate="700000"}/);
    const classes = await shell('tc class show dev upg');
    expect(classes).toMatch(/class htb 1:fffe root .*rate 1Mbit ceil 1Mbit /);
    expect(classes).toMatch(/class htb 1:3 parent 1:fffe .*rate 700Kbit ceil 1Mbit burst 156[34]b/);
    const flows = await shell('ovs-ofctl -O OpenFlow13 --no-names --no-stats dump-flows brg');
    expect(flows.match(/(?<=cookie=0x7671[0-9a-f]{12}, ).*/g)).toEqual([
      'priority=65530,reg14=0/0x10,in_port=2 actions=set_queue:2,load:0x1->NXM_NX_REG14[4],resubmit(,0)',
    ]);
    expect(await failing('tapg1', 700, line)).toEqual([]);

    const held = await everything();
    expect(await apply('tapg1', 700, line)).toMatchObject({ outcome: 'unchanged' });
    const { uplink: _, ...unnamed } = requestOf('tapg1', 700);
    expect(await applyPortQos(surroundings, unnamed)).toMatchObject({ outcome: 'unchanged' });
    expect(await everything()).toBe(held);
    expect(await apply('tapg1', 0)).toMatchObject(applied);
    expect(await everything()).toBe(before);
  });

  test('of two ports is one row with two queues, which goes with the last and leaves what was found', {
    timeout: 400_000,
  }, async () => {
    await shell(noop);
    const before = await everything();
    expect(await apply('tapg1', 300)).toMatchObject(applied);
    const first = await everything();
    expect(await apply('tapg2', 200)).toMatchObject(applied);
    expect(await shell('tc class show dev upg')).toMatch(/1:4 parent 1:fffe .*rate 200Kbit/);
    expect(await failing('tapg1', 300)).toEqual([]);
    expect(await apply('tapg2', 0)).toMatchObject(applied);
    expect(await everything()).toBe(first);
    await apply('tapg2', 200);
    expect(await apply('tapg1', 0)).toMatchObject(applied);
    const classes = await shell('tc class show dev upg');
    expect(classes).toMatch(/1:4 parent 1:fffe .*rate 200Kbit/);
    expect(classes).not.toContain('class htb 1:3 ');
    expect(await apply('tapg2', 0)).toMatchObject(applied);
    expect(await everything()).toBe(before);
    expect(before).toContain('linux-noop');
  });

  test('that changes, changes its queue; the uplink may have another rate', async () => {
    await apply('tapg1', 300);
    expect(await apply('tapg1', 400, { uplinkBits: 2_000_000 })).toMatchObject(applied);
    const classes = await shell('tc class show dev upg');
    expect(classes).toMatch(/class htb 1:3 parent 1:fffe .*rate 400Kbit ceil 2Mbit/);
    expect(await shell('ovs-vsctl --bare --columns=_uuid list Queue | grep -c .')).toBe('1\n');
  });
});

// Open vSwitch gives classes the smallest burst there is. It must outlast the pauses of an emulated machine, hence so little.
describe('packets through an uplink of 400 kbit/s', () => {
  const slow = { uplinkBits: 400_000 };

  test('share it by what each sends without a guarantee', async () => {
    // Only the uplink's rate: by a guarantee whose flow is not there.
    await apply('tapg2', 8, slow);
    await shell('ovs-ofctl del-flows brg cookie=0x7671000000000000/0xffff000000000000');
    const [first = 0, second = 0] = await sharing([320, 1200]);
    expect(first + second).toBeGreaterThan(0.36);
    expect(first + second).toBeLessThan(0.44);
    expect(first).toBeLessThan(0.13);
  });

  test('of a port with 320 kbit/s pass, and the rest is for others', async () => {
    expect(await apply('tapg1', 320, slow)).toMatchObject(applied);
    const [guaranteed = 0, others = 0] = await sharing([320, 1200]);
    expect(guaranteed).toBeGreaterThan(0.288);
    expect(guaranteed).toBeLessThan(0.352);
    expect(others).toBeGreaterThan(0.05);
    expect(guaranteed + others).toBeLessThan(0.44);
  });

  test('of two ports pass at least as guaranteed to each', async () => {
    await apply('tapg1', 240, slow);
    await apply('tapg2', 120);
    const [first = 0, second = 0] = await sharing([1200, 1200]);
    expect(first).toBeGreaterThan(0.216);
    expect(second).toBeGreaterThan(0.108);
    expect(first + second).toBeGreaterThan(0.36);
    expect(first + second).toBeLessThan(0.44);
  });

  test('have their queue also where it is behind a patch port, on another bridge', async () => {
    expect(await apply('tapg1', 320, { ...slow, uplink: 'upx' })).toMatchObject(applied);
    const [guaranteed = 0, others = 0] = await sharing([320, 1200], farther);
    expect(guaranteed).toBeGreaterThan(0.288);
    expect(guaranteed + others).toBeLessThan(0.44);
    const sent = await shell("tc -s class show dev upx | grep -A1 'class htb 1:3 '");
    expect(Number(/ (\d+) pkt/.exec(sent)?.[1])).toBeGreaterThan(200);
    // With another uplink it leaves this one.
    expect(await apply('tapg1', 300)).toMatchObject(applied);
    expect(await shell('ovs-vsctl get Port upx qos')).toBe('[]\n');
  });
});

describe('an uplink that cannot be had', () => {
  test("is Neutron's agent's, and stays so: refused with its owner, also when taking over", async () => {
    await shell(`ovs-vsctl set Port upg qos=@qos -- --id=@qos create QoS type=linux-htb queues:7=@queue \\
  external_ids:_type=minimum_bandwidth external_ids:id=6e2dd9a3-1c2e-4b6e-8f0e-0a0000000001 \\
  -- --id=@queue create Queue other_config:min-rate=1000000 external_ids:queue-num=7`);
    const before = await everything();
    for (const takeOver of [false, true]) {
      const { outcome, plan } = await apply('tapg1', 500, { takeOver });
      expect(outcome).toBe('refused');
      expect(plan.diagnostics).toMatchObject([
        { code: 'uplink-of-other', args: { dev: 'upg', holder: expect.stringContaining("Neutron's agent") } },
      ]);
    }
    expect(await everything()).toBe(before);
    await shell('ovs-vsctl clear Port upg qos');
  });

  test('has a tree of its own that Open vSwitch would remove, or a flow that decides on queues', async () => {
    await shell(`${noop}; sleep 1; tc qdisc add dev upg root handle 9: htb default 1
ovs-ofctl add-flow brg cookie=0x77,priority=200,reg3=0,actions=set_queue:0,load:1-\\>NXM_NX_REG3[],resubmit\\(,0\\)`);
    const before = await everything();
    const { outcome, plan } = await apply('tapg1', 500);
    expect(outcome).toBe('refused');
    expect(plan.diagnostics.map(({ code }) => code)).toEqual(['foreign-qdisc', 'queued-by-other']);
    expect(await everything()).toBe(before);
  });

  test('sends less than is guaranteed', async () => {
    await apply('tapg1', 700, line);
    const { outcome, plan } = await apply('tapg2', 400);
    expect(outcome).toBe('refused');
    expect(plan.diagnostics).toMatchObject([
      { code: 'min-above-max', value: '1100 with what 1 more have', args: { max: 1000 } },
    ]);
  });
});

describe('what goes wrong', () => {
  test('flows that cannot be written: the uplink is as before, with the queues of others', async () => {
    await apply('tapg2', 200);
    const before = await everything();
    // A bundle needs OpenFlow 1.4.
    await shell('ovs-vsctl set Bridge brg protocols=OpenFlow10,OpenFlow13');
    const result = await apply('tapg1', 300, line);
    await shell('ovs-vsctl clear Bridge brg protocols');
    expect(result).toMatchObject({ outcome: 'rolled-back', failure: expect.stringContaining('ovs-ofctl') });
    expect(await everything()).toBe(before);
  });

  test('flows that cannot be removed: the row that was gone with its queue is there again', async () => {
    await apply('tapg1', 300, line);
    const before = await everything();
    await shell('ovs-vsctl set Bridge brg protocols=OpenFlow10,OpenFlow13');
    const result = await apply('tapg1', 0);
    await shell('ovs-vsctl clear Bridge brg protocols');
    expect(result).toMatchObject({ outcome: 'rolled-back' });
    expect(await everything()).toBe(before);
  });

  test.each([
    [
      'apply',
      '--policy /root/killed.json --uplink upg --uplink-rate 1000',
      "ovs-vsctl list Queue | grep -q 'guarantee=tapg1'",
    ],
    ['remove', '', "! ovs-vsctl list Queue | grep -q 'guarantee=tapg1'"],
  ])(
    '%s, killed between the database and the flows, is taken back by recover',
    {
      timeout: 600_000,
    },
    async (verb, words, isHalfDone) => {
      const rules = [{ type: 'minimum_bandwidth', min_kbps: 300 }];
      await hypervisor.writeFile('/root/killed.json', JSON.stringify({ rules }));
      await shell('mkdir -p /root/bin; cp /usr/bin/ovs-ofctl /root/bin/real-ovs-ofctl');
      await hypervisor.writeFile(
        '/root/bin/ovs-ofctl',
        `#!/bin/sh
case "$*" in *--bundle*) exec sleep 600;; esac
exec /root/bin/real-ovs-ofctl "$@"
`,
        '0755',
      );
      await apply('tapg2', 200);
      if (verb === 'remove') await apply('tapg1', 400, line);
      const before = await everything();
      await shell(`unshare -m sh -c 'mount --bind /root/bin/ovs-ofctl /usr/bin/ovs-ofctl && exec virt-quota port ${verb} --dev tapg1 ${words}' >/dev/null 2>&1 &
until ${isHalfDone}; do sleep 0.2; done`);
      // In a shell of its own, which is not one of those it ends.
      await shell(`pkill -KILL -f '[p]ort ${verb} --dev'; pkill -KILL -f '[s]leep 600' || true`);
      expect(await everything()).not.toBe(before);
      const refused = await hypervisor.run(['virt-quota', 'port', 'remove', '--dev', 'tapg1']);
      expect(refused).toMatchObject({
        exitCode: 3,
        stderr: expect.stringContaining('virt-quota recover tapg1'),
      });
      expect(await hypervisor.run(['virt-quota', 'recover', 'tapg1'])).toMatchObject({ exitCode: 0 });
      expect(await everything()).toBe(before);
    },
  );

  test('tc changed behind the back of Open vSwitch: verify names it, apply sets it right', async () => {
    await apply('tapg1', 300);
    await apply('tapg2', 200);
    await shell('tc qdisc del dev upg root');
    expect(await failing('tapg1', 300)).toEqual([
      'fail tc upg class htb 1:fffe',
      'fail tc upg class htb 1:3 parent 1:fffe',
    ]);
    expect(await apply('tapg1', 300)).toMatchObject(applied);
    expect(await failing('tapg2', 200)).toEqual([]);
  });

  test('a port that was added again has another number: its flow is named, and its queue kept', async () => {
    await apply('tapg1', 300);
    await shell(
      'ovs-vsctl del-port tapg1; ovs-vsctl add-port brg tapg1 -- set Interface tapg1 ofport_request=77',
    );
    expect(await failing('tapg1', 300)).toEqual([
      'fail openflow brg flow priority=65530,in_port=77,reg14=0/0x10',
    ]);
    expect(await apply('tapg1', 300)).toMatchObject(applied);
    const flows = await shell('ovs-ofctl -O OpenFlow13 --no-names --no-stats dump-flows brg');
    expect(flows).toContain('in_port=77 actions=set_queue:2,');
    expect(flows).not.toContain('in_port=2 ');
  });

  test('a port that is gone, and Open vSwitch restarted: remove finds its queue', async () => {
    const before = await everything();
    await apply('tapg2', 300);
    await shell('ovs-vsctl del-port tapg2; systemctl restart openvswitch-switch; sleep 2');
    expect(await apply('tapg2', 0)).toMatchObject(applied);
    await shell('ovs-vsctl add-port brg tapg2 -- set Interface tapg2 ofport_request=3');
    expect((await everything()).split('\n').sort()).toEqual(before.split('\n').sort());
  });

  test('the command says by its exit code what it found', { timeout: 600_000 }, async () => {
    const rules = [{ type: 'minimum_bandwidth', min_kbps: 500 }];
    await hypervisor.writeFile('/root/guarantee.json', JSON.stringify({ rules }));
    const port = (verb: string, ...words: readonly string[]) =>
      hypervisor.run(['virt-quota', 'port', verb, '--dev', 'tapg1', ...words]);
    const policy = ['--policy', '/root/guarantee.json'];
    const named = [...policy, '--uplink', 'upg', '--uplink-rate', '1000'];
    const unnamed = await port('apply', ...policy);
    expect(unnamed.exitCode).toBe(0);
    expect(unnamed.stderr).toContain('nothing tells which one: --uplink DEV does');
    expect((await port('verify', ...named)).exitCode).toBe(1);
    expect((await port('plan', '--exit-code', ...named)).exitCode).toBe(1);
    expect((await port('apply', ...named)).exitCode).toBe(0);
    expect((await port('verify', ...policy)).exitCode).toBe(0);
    expect((await port('apply', ...policy, '--uplink', 'nosuch')).exitCode).toBe(2);
    expect((await port('remove')).exitCode).toBe(0);
    expect(await shell('ovs-vsctl get Port upg qos')).toBe('[]\n');
  });
});

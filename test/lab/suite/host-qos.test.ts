import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Hypervisor, RunResult } from '../hypervisor.ts';
import { labHypervisor, releaseHypervisor } from '../start.ts';
import { passing, received, refusedDatagrams } from '../traffic.ts';
import { virtQuota } from '../virt-quota.ts';

// An uplink to a far host, and a machine's interface, both played by network namespaces. What virt-quota wrote is read
// back with tc by hand, and what passes is counted where it arrives.
const profile = (changes: (text: string) => string = text => text) =>
  changes(`uplink: up0
rate: 40mbit
burst: 100ms
classes:
  - {name: voice, priority: 0, dscp: [EF], guarantee: 2mbit, ceiling: 2mbit, leaf: sfq}
  - {name: bulk, dscp: [AF11], protocols: [udp], ports: [7000-7009, 7100], guarantee: 1mbit, ceiling: 4mbit}
  - {name: rest, default: true, guarantee: 20mbit}
`);
const file = '/root/uplink.yaml';
const other = '/root/other.yaml';
const scene = `
ip netns add far
ip netns add vm
ip link add up0 type veth peer name e0 netns far
ip link add tapm type veth peer name e0 netns vm
ip address add 10.78.0.1/24 dev up0
ip address add fd78::1/64 dev up0 nodad
ip -n far address add 10.78.0.2/24 dev e0
ip -n far address add fd78::2/64 dev e0 nodad
ip address add 10.79.0.1/24 dev tapm
ip -n vm address add 10.79.0.2/24 dev e0
for one in far vm; do ip -n $one link set e0 up; done
ip link set up0 up
ip link set tapm up
sleep 1
`;
let hypervisor: Hypervisor;

beforeAll(async () => {
  hypervisor = await labHypervisor();
  await hypervisor.shell(scene);
  await hypervisor.writeFile(file, profile());
});

afterAll(async () => {
  await hypervisor.shell('ip netns del far; ip netns del vm; rm -rf /root/bin');
  await releaseHypervisor(hypervisor);
});

/** All of a device's tc state, without what is counted, and without the flows that queues know at the moment. */
const state = (dev: string) =>
  hypervisor.shell(`for what in qdisc class filter; do tc -d $what show dev ${dev} | grep -v '^class [fs]' || true; done
tc -d filter show dev ${dev} parent ffff: 2>/dev/null || true`);

/** Ten packets in each family. */
const send = (port: number) =>
  hypervisor.shell(`for a in 10.78.0.2 fd78::2; do for i in $(seq 10); do
bash -c "echo x >/dev/udp/$a/${port}" || true; done; done; sleep 1`);

const done = { exitCode: 0, stderr: '' };
const outcomeOf = ({ stdout }: RunResult) => JSON.parse(stdout).outcome;

describe('a host profile', () => {
  let before: string;

  test('is what tc shows by hand', async () => {
    before = await state('up0');
    expect(await virtQuota(hypervisor, 'profile', 'verify', file)).toMatchObject({ exitCode: 1 });
    const planned = await virtQuota(hypervisor, 'profile', 'plan', file, '--exit-code');
    expect(planned).toMatchObject({ exitCode: 1, stderr: '' });
    expect(planned.stdout).toMatch(/^Plan: \d+ to add, 1 to change, 0 to remove\.$/m);
    expect(await state('up0')).toBe(before);
    expect(await virtQuota(hypervisor, 'profile', 'apply', file)).toMatchObject(done);
    const shown = await state('up0');
    expect(shown).toMatch(/^qdisc htb 1: root .*default 0x30 /m);
    expect(shown).toMatch(/^qdisc sfq 10: parent 1:10 .*perturb 10sec/m);
    expect(shown).toMatch(/^qdisc fq_codel 20: parent 1:20 /m);
    expect(shown).toMatch(/^class htb 1:1 root rate 40Mbit ceil 40Mbit .*burst (500000|4999\d\d)b/m);
    expect(shown).toMatch(/^class htb 1:10 parent 1:1 leaf 10: prio 0 quantum 25000 rate 2Mbit ceil 2Mbit /m);
    expect(shown).toMatch(/^class htb 1:20 parent 1:1 leaf 20: prio 3 quantum 12500 rate 1Mbit ceil 4Mbit /m);
    expect(shown).toMatch(
      /^class htb 1:30 parent 1:1 leaf 30: prio 3 quantum 60000 rate 20Mbit ceil 40Mbit /m,
    );
    for (const family of ['ip pref 1', 'ipv6 pref 1']) {
      const eth = family.startsWith('ipv6') ? 'ipv6' : 'ipv4';
      expect(shown).toMatch(
        new RegExp(
          `protocol ${family}\\d flower .*classid 1:10 \\n  eth_type ${eth}\\n  ip_tos (184|0xb8)/0xfc\\n`,
        ),
      );
    }
    expect(shown).toMatch(
      /pref 20 flower .*classid 1:20 \n {2}eth_type ipv4\n {2}ip_proto udp\n {2}dst_port 7000-7009\n/,
    );
    expect(shown).toMatch(
      /pref 21 flower .*classid 1:20 \n {2}eth_type ipv6\n {2}ip_proto udp\n {2}dst_port 7100\n/,
    );
    expect(shown.match(/ classid /g)).toHaveLength(8);
  });

  test('is not written a second time: its classes go on counting', async () => {
    await send(9001);
    const counted = () => hypervisor.shell(`tc -s class show dev up0 classid 1:30 | sed -n 's/ *Sent //p'`);
    const shown = await state('up0');
    const count = await counted();
    const again = await virtQuota(hypervisor, 'profile', 'apply', file, '-f', 'json');
    expect(again).toMatchObject(done);
    expect(outcomeOf(again)).toBe('unchanged');
    expect(await state('up0')).toBe(shown);
    expect(Number.parseInt(count, 10)).toBeGreaterThan(0);
    expect(Number.parseInt(await counted(), 10)).toBeGreaterThanOrEqual(Number.parseInt(count, 10));
    expect(await virtQuota(hypervisor, 'profile', 'verify', file)).toMatchObject(done);
  });

  test('sorts packets by their mark: those with EF are in the class of EF, in IPv4 and IPv6', async () => {
    const marks = await virtQuota(
      hypervisor,
      ...['dscp', '--mark', 'EF', '--protocol', 'udp', '--ports', '9000', '--target', 'tc', '--dev', 'up0'],
    );
    await hypervisor.shell(`tc -batch - <<'EOF'\n${marks.stdout}EOF`);
    const packets = async (classid: string) => {
      const text = await hypervisor.shell(`tc -s class show dev up0 classid ${classid}`);
      return Number(/Sent \d+ bytes (\d+) pkt/.exec(text)?.[1]);
    };
    const [voice, bulk] = [await packets('1:10'), await packets('1:20')];
    await send(9000);
    expect([await packets('1:10'), await packets('1:20')]).toEqual([voice + 20, bulk]);
    await send(7005);
    expect([await packets('1:10'), await packets('1:20')]).toEqual([voice + 20, bulk + 20]);
    await hypervisor.shell('tc qdisc del dev up0 clsact');
  });

  test('lets a class pass what its ceiling says, and the rest more', async () => {
    const sent = { to: '10.78.0.2', offeredKbit: 9000, count: received('e0', 'far') };
    const bulk = await passing(hypervisor, { ...sent, port: 7001 });
    const rest = await passing(hypervisor, { ...sent, port: 9001 });
    expect(bulk).toBeGreaterThan(3_600_000);
    expect(bulk).toBeLessThan(4_400_000);
    expect(rest).toBeGreaterThan(5_000_000);
  });

  test('changes the one class whose rate changes, and no other', async () => {
    await hypervisor.writeFile(
      other,
      profile(text => text.replace('ceiling: 4mbit', 'ceiling: 2500kbit')),
    );
    const shown = await state('up0');
    const planned = await virtQuota(hypervisor, 'profile', 'plan', other);
    expect(planned.stdout).toMatch(/^Plan: 0 to add, 1 to change, 0 to remove\.$/m);
    expect(await virtQuota(hypervisor, 'profile', 'apply', other)).toMatchObject(done);
    const one = /(1:20 .*) ceil 4Mbit (.*) cburst (50000|499\d\d)b/;
    expect(shown).toMatch(one);
    const changed = (await state('up0')).replace(/ cburst (31250|312[0-4]\d)b/, ' cburst 31250b');
    expect(changed).toBe(shown.replace(one, '$1 ceil 2500Kbit $2 cburst 31250b'));
    const sent = { to: '10.78.0.2', offeredKbit: 9000, count: received('e0', 'far') };
    const bulk = await passing(hypervisor, { ...sent, port: 7001 });
    expect(bulk).toBeGreaterThan(2_250_000);
    expect(bulk).toBeLessThan(2_750_000);
    expect(await virtQuota(hypervisor, 'profile', 'verify', file)).toMatchObject({ exitCode: 1 });
  });

  test('names what somebody changed behind its back, and nothing else, and repairs it', async () => {
    await hypervisor.shell(`
tc class change dev up0 parent 1:1 classid 1:10 htb rate 1mbit ceil 2mbit burst 10000 cburst 10000 prio 0 quantum 25000
tc qdisc replace dev up0 parent 1:20 pfifo limit 100
tc filter del dev up0 parent 1: protocol ipv6 pref 11 handle 1 flower
tc filter add dev up0 parent 1: protocol ip pref 10 flower ip_tos 0x20/0xfc classid 1:10`);
    const verified = await virtQuota(hypervisor, 'profile', 'verify', other, '-f', 'json');
    expect(verified.exitCode).toBe(1);
    const { verdicts } = JSON.parse(verified.stdout);
    const failed = verdicts.filter((one: { outcome: string }) => one.outcome === 'fail');
    expect(
      failed.map((one: { expectation: { knob: string }; reason: string }) => [
        one.expectation.knob,
        one.reason,
      ]),
    ).toEqual([
      ['class htb 1:10', 'different'],
      ['qdisc at 1:20', 'different'],
      ['filter ipv6 pref 11 flower ip_tos 0xb8/0xfc', 'missing'],
      ['filter ip pref 10 flower ip_tos 0x20/0xfc', 'unexpected'],
    ]);
    expect(await virtQuota(hypervisor, 'profile', 'apply', other)).toMatchObject(done);
    expect(await virtQuota(hypervisor, 'profile', 'verify', other)).toMatchObject(done);
  });

  test('is as before when a line in the middle fails: where it is changed, and where it is built', async () => {
    await failingLine(2);
    const shown = await state('up0');
    const third = profile(text => text.replace('leaf: sfq', 'leaf: fq_codel').replace('7100', '7200'));
    await hypervisor.writeFile('/root/third.yaml', third);
    const failed = await broken('profile', 'apply', '/root/third.yaml', '-f', 'json');
    expect([failed.exitCode, outcomeOf(failed)]).toEqual([4, 'rolled-back']);
    expect(sorted(await state('up0'))).toEqual(sorted(shown));
    expect(await virtQuota(hypervisor, 'profile', 'remove', file)).toMatchObject(done);
    expect(await state('up0')).toBe(before);
    await failingLine(6);
    expect(await broken('profile', 'apply', file)).toMatchObject({ exitCode: 4 });
    expect(await state('up0')).toBe(before);
  });

  test.each(['tbf rate 5mbit burst 10kb latency 50ms', 'sfq perturb 20', 'fq_codel limit 500'])(
    "does not take somebody else's %s, and brings it back when it was told to",
    async words => {
      await hypervisor.shell(`tc qdisc replace dev up0 root handle 8: ${words}`);
      const theirs = await state('up0');
      expect(await virtQuota(hypervisor, 'profile', 'apply', file)).toMatchObject({ exitCode: 2 });
      await failingLine(8);
      expect(await broken('profile', 'apply', file, '--replace')).toMatchObject({ exitCode: 4 });
      expect(await state('up0')).toBe(theirs);
      expect(await virtQuota(hypervisor, 'profile', 'apply', file, '--replace')).toMatchObject({
        exitCode: 0,
      });
      expect(await virtQuota(hypervisor, 'profile', 'remove', file)).toMatchObject(done);
      expect(await state('up0')).toBe(theirs);
      await hypervisor.shell('tc qdisc del dev up0 root');
    },
  );

  test('never takes one that could not be brought back', async () => {
    await hypervisor.shell('tc qdisc add dev up0 root handle 8: prio');
    const theirs = await state('up0');
    expect(await virtQuota(hypervisor, 'profile', 'apply', file, '--replace')).toMatchObject({ exitCode: 2 });
    expect(await virtQuota(hypervisor, 'profile', 'remove', file)).toMatchObject({ exitCode: 0 });
    expect(await state('up0')).toBe(theirs);
    await hypervisor.shell('tc qdisc del dev up0 root');
  });

  test('is taken back by recover when its apply was killed in the middle', async () => {
    await hypervisor.shell('mkdir -p /root/bin; cp /usr/sbin/tc /root/bin/real-tc');
    await hypervisor.writeFile(
      '/root/bin/tc',
      `#!/bin/sh
[ "$1" = -batch ] || exec /root/bin/real-tc "$@"
head -n 6 | /root/bin/real-tc "$@"
exec sleep 600
`,
      '0755',
    );
    await hypervisor.shell(`unshare -m sh -c 'mount --bind /root/bin/tc /usr/sbin/tc && exec virt-quota profile apply ${file}' >/dev/null 2>&1 &
until tc class show dev up0 | grep -q 'htb 1:20'; do sleep 0.2; done`);
    // In a shell of its own, which is not one of those it ends.
    await hypervisor.shell(`pkill -KILL -f '[p]rofile apply'; pkill -KILL -f '[s]leep 600'`);
    expect(await state('up0')).not.toBe(before);
    const refused = await virtQuota(hypervisor, 'profile', 'apply', file);
    expect(refused).toMatchObject({ exitCode: 3 });
    expect(refused.stderr).toMatch(/virt-quota recover up0/);
    expect(await virtQuota(hypervisor, 'recover', 'up0')).toMatchObject({ exitCode: 0 });
    expect(await state('up0')).toBe(before);
  });
});

describe("MidoNet's limit", () => {
  const limit = ['--rate', '3000', '--burst', '400'];

  test('is the filter that its agent writes, alone on the interface', async () => {
    const before = await state('tapm');
    expect(await virtQuota(hypervisor, 'midonet', 'apply', 'tapm', ...limit)).toMatchObject(done);
    const filters = await hypervisor.shell('tc -d filter show dev tapm parent ffff:');
    expect(filters).toMatch(
      /^filter protocol all pref 5 basic chain 0 handle 0x1 \n police 0x\w+ rate 3Mbit burst 50Kb mtu 65335b action drop /m,
    );
    expect(await hypervisor.shell('tc qdisc show dev tapm ingress')).toMatch(/^qdisc ingress ffff: /);
    const again = await virtQuota(hypervisor, 'midonet', 'apply', 'tapm', ...limit, '-f', 'json');
    expect([again.exitCode, outcomeOf(again)]).toEqual([0, 'unchanged']);
    expect(await virtQuota(hypervisor, 'midonet', 'verify', 'tapm', ...limit)).toMatchObject(done);
    expect(
      await virtQuota(hypervisor, 'midonet', 'verify', 'tapm', '--rate', '3001', '--burst', '400'),
    ).toMatchObject({
      exitCode: 1,
    });
    expect(await virtQuota(hypervisor, 'midonet', 'remove', 'tapm')).toMatchObject(done);
    expect(await state('tapm')).toBe(before);
  });

  test('lets pass what it says, and without it more passes', async () => {
    const traffic = { from: 'vm', to: '10.79.0.1', port: 9100, offeredKbit: 9000, count: refusedDatagrams };
    expect(await virtQuota(hypervisor, 'midonet', 'apply', 'tapm', ...limit)).toMatchObject(done);
    const limited = await passing(hypervisor, traffic);
    expect(
      await virtQuota(hypervisor, 'midonet', 'apply', 'tapm', '--rate', '5000', '--burst', '400'),
    ).toMatchObject(done);
    const changed = await passing(hypervisor, traffic);
    expect(await virtQuota(hypervisor, 'midonet', 'remove', 'tapm')).toMatchObject(done);
    const free = await passing(hypervisor, traffic);
    expect(limited).toBeGreaterThan(2_700_000);
    expect(limited).toBeLessThan(3_300_000);
    expect(changed).toBeGreaterThan(4_500_000);
    expect(changed).toBeLessThan(5_500_000);
    expect(free).toBeGreaterThan(6_000_000);
  });

  test('leaves a qdisc and filters that were there, whether it is taken away or fails', async () => {
    await hypervisor.shell(`tc qdisc add dev tapm handle ffff: ingress
tc filter add dev tapm parent ffff: protocol ip pref 7 u32 match ip dst 10.0.0.1 police rate 1mbit burst 10k drop flowid :1`);
    const before = await state('tapm');
    expect(await virtQuota(hypervisor, 'midonet', 'apply', 'tapm', ...limit)).toMatchObject(done);
    expect(await virtQuota(hypervisor, 'midonet', 'remove', 'tapm')).toMatchObject(done);
    expect(await state('tapm')).toBe(before);
    await failingLine(1);
    expect(await broken('midonet', 'apply', 'tapm', ...limit)).toMatchObject({ exitCode: 4 });
    expect(await state('tapm')).toBe(before);
    await hypervisor.shell('tc qdisc del dev tapm ingress');
  });

  test('is refused where its place is taken, and does not hold behind another policer', async () => {
    await hypervisor.shell(`tc qdisc add dev tapm handle ffff: ingress
tc filter add dev tapm parent ffff: protocol all pref 5 matchall action police rate 1mbit burst 10k drop`);
    const before = await state('tapm');
    const refused = await virtQuota(hypervisor, 'midonet', 'apply', 'tapm', ...limit);
    expect(refused).toMatchObject({ exitCode: 2 });
    expect(refused.stderr).toMatch(/matchall.*preference 5/);
    const behind = await virtQuota(hypervisor, 'midonet', 'apply', 'tapm', ...limit, '--form', 'documented');
    expect(behind).toMatchObject({ exitCode: 4 });
    expect(behind.stdout).toMatch(/police (?:basic|before) pref 49 does not hold it/);
    expect(await state('tapm')).toBe(before);
    await hypervisor.shell('tc qdisc del dev tapm ingress');
  });
});

/** A tc that refuses one line of every batch that is not an undo. */
async function failingLine(line: number): Promise<void> {
  const script = `#!/bin/sh
if [ "$1" = -batch ]; then sed '${line}s/.*/qdisc add dev nowhere root htb/' | /root/bin/real-tc "$@"; else exec /root/bin/real-tc "$@"; fi
`;
  await hypervisor.shell('mkdir -p /root/bin; cp /usr/sbin/tc /root/bin/real-tc');
  await hypervisor.writeFile('/root/bin/tc', script, '0755');
}

/** In place of the system's, which virt-quota takes whatever the path says: for one command, in mounts of its own. */
const withOwnTc = [
  'unshare',
  '-m',
  'sh',
  '-c',
  'mount --bind /root/bin/tc /usr/sbin/tc && exec virt-quota "$@"',
  'sh',
];

/** Runs virt-quota with that tc. */
function broken(...args: readonly string[]): Promise<RunResult> {
  return hypervisor.run([...withOwnTc, ...args]);
}

/** tc shows classes and filters in an order of its own. */
function sorted(text: string): readonly string[] {
  return text.split('\n').sort();
}

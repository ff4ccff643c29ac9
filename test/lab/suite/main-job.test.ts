import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Domain, removeDomain, startDomain } from '../domains.ts';
import type { Hypervisor } from '../hypervisor.ts';
import { kinds } from '../kinds.ts';
import { labHypervisor, releaseHypervisor } from '../start.ts';
import { peakIgnored, resquota, scopeOf, virtQuota } from '../virt-quota.ts';

let hypervisor: Hypervisor;
beforeAll(async () => {
  hypervisor = await labHypervisor();
});
afterAll(() => releaseHypervisor(hypervisor));

describe.each([
  ['a Linux bridge', 'bridge', 3, 'instance-000000b1'],
  ['Open vSwitch', 'ovs', 1, 'instance-000000b2'],
] as const)('m1.resquota applied to a running domain on %s', (_, kind, nics, name) => {
  let domain: Domain;
  beforeAll(async () => {
    domain = await startDomain(hypervisor, { name, nics: Array.from({ length: nics }, () => ({ kind })) });
  });
  afterAll(() => removeDomain(hypervisor, domain));

  test('is planned without changing anything', async () => {
    const planned = await virtQuota(hypervisor, 'plan', name, '--flavor', resquota, '--exit-code');
    expect(planned.stderr).toBe(peakIgnored);
    expect(planned.stdout).toContain(`Plan: ${5 + 6 * nics} to add, 0 to change, 0 to remove.`);
    expect(planned.exitCode).toBe(1);
    expect(await virshText('schedinfo', '--live', name)).not.toMatch(/cpu_shares +: 512/);
  });

  test('applies with exit 0', async () => {
    const applied = await virtQuota(hypervisor, 'apply', name, '--flavor', resquota);
    expect(applied.stderr).toBe(peakIgnored);
    expect(applied.stdout).toContain(`${name}: applied`);
    expect(applied.exitCode).toBe(0);
  });

  test('is in the cgroup files of the domain and of every vCPU', async () => {
    const scope = await scopeOf(hypervisor, name);
    if (kinds[hypervisor.kind].cgroup === 2) {
      expect(await shell(`cat '${scope}/cpu.weight'`)).toBe('512\n');
      expect(await shell(`cat '${scope}'/libvirt/vcpu*/cpu.max`)).toBe('50000 100000\n'.repeat(4));
    } else {
      expect(await shell(`cat '${scope}/cpu.shares'`)).toBe('512\n');
      expect(await shell(`cat '${scope}'/libvirt/vcpu*/cpu.cfs_quota_us`)).toBe('50000\n'.repeat(4));
      expect(await shell(`cat '${scope}'/libvirt/vcpu*/cpu.cfs_period_us`)).toBe('100000\n'.repeat(4));
    }
  });

  test("is QEMU's throttle", async () => {
    const blocks = await virshText('qemu-monitor-command', name, '{"execute":"query-block"}');
    expect(blocks).toContain('"bps_rd":1000000');
    expect(blocks).toContain('"bps_wr":1024000');
  });

  test("is tc's class and policer on every tap", async () => {
    for (const { dev } of domain.nics) {
      const classes = await shell(`tc class show dev ${dev}`);
      expect(classes).toMatch(/class htb 1:1 .*rate 262144Kbit ceil 524288Kbit burst 128Mb/);
      const filters = await shell(`tc filter show dev ${dev} parent ffff:`);
      expect(filters).toContain('rate 262144Kbit burst 128Mb');
    }
  });

  test.runIf(kind === 'ovs')("is in Open vSwitch's database", async () => {
    for (const { dev } of domain.nics) {
      expect(await shell(`ovs-vsctl get Interface ${dev} ingress_policing_rate`)).toBe('262144\n');
      expect(await shell(`ovs-vsctl get Interface ${dev} ingress_policing_burst`)).toBe('1048576\n');
      const qos = await shell(
        `ovs-vsctl --columns=type,other_config list QoS $(ovs-vsctl get Port ${dev} qos)`,
      );
      expect(qos).toContain('linux-htb');
      expect(qos).toContain('max-rate="524288000", min-rate="262144000"');
    }
  });

  test('verifies with exit 0 and a line of evidence per limit and layer', async () => {
    const verified = await virtQuota(hypervisor, 'verify', name, '--flavor', resquota);
    expect(verified.stderr).toBe(peakIgnored);
    expect(verified.exitCode).toBe(0);
    // The head of the table before them, what they come to behind them.
    const printed = verified.stdout.trimEnd().split('\n');
    const lines = printed.slice(
      1,
      printed.findIndex(line => / links hold$/.test(line)),
    );
    for (const line of lines)
      expect(line).toMatch(/^pass .* (virDomainGet|\/sys\/fs\/cgroup\/|tc |ovs-vsctl )/);
    const perTap = kind === 'ovs' ? ['live', 'ovs', 'tc'] : ['live', 'tc'];
    for (const layer of [...perTap, 'cgroup', 'qemu']) {
      expect(lines.filter(line => line.includes(` ${layer} `)).length, layer).toBeGreaterThan(0);
    }
  });

  test('changes nothing the second time: libvirt tells of no change, the kernel of no new qdisc', async () => {
    const watch = `rm -f /tmp/events /tmp/tc
timeout 120 virsh event --all --loop >/tmp/events 2>&1 & events=$!
timeout 120 tc monitor >/tmp/tc 2>&1 & monitor=$!
sleep 2
set +e; virt-quota apply ${name} --flavor ${resquota}; code=$?; set -e
sleep 1; kill $events $monitor; exit $code`;
    expect(await shell(watch)).toContain(`${name}: unchanged`);
    expect(await shell('cat /tmp/tc')).toBe('');
    expect(await shell("grep '^event' /tmp/events || true")).toBe('');
  });

  test('is not in the persistent definition until it is applied there, without losing a byte of the rest', async () => {
    const before = await virshText('dumpxml', '--inactive', name);
    expect(before).not.toContain('<shares>');
    const applied = await virtQuota(hypervisor, 'apply', name, '--flavor', resquota, '--live', '--config');
    expect(applied.exitCode).toBe(0);
    const after = await virshText('dumpxml', '--inactive', name);
    expect(after).toContain('<shares>512</shares>');
    expect(after).toContain('<virtquota:asked key="quota:cpu_shares" value="512"/>');
    const added =
      /\n\s*<cputune>.*?<\/cputune>|\n\s*<iotune>.*?<\/iotune>|\n\s*<bandwidth>.*?<\/bandwidth>/gs;
    const record = /\n\s*<virtquota:intent .*?<\/virtquota:intent>/s;
    expect(after.replace(added, '').replace(record, '')).toBe(before);
  });
});

function shell(script: string): Promise<string> {
  return hypervisor.shell(script);
}

async function virshText(...args: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await hypervisor.run(['virsh', ...args]);
  expect(exitCode, stderr).toBe(0);
  return stdout;
}

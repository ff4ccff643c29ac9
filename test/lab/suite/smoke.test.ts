import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connect } from '../../../src/libvirt/index.ts';
import { type Domain, removeDomain, startDomain } from '../domains.ts';
import type { Hypervisor } from '../hypervisor.ts';
import { isAtLeast, kinds, releases } from '../kinds.ts';
import { labHypervisor, releaseHypervisor } from '../start.ts';

let hypervisor: Hypervisor;
beforeAll(async () => {
  hypervisor = await labHypervisor();
});
afterAll(() => releaseHypervisor(hypervisor));

describe('the hypervisor', () => {
  test('has the versions of its release', async () => {
    const { moves, ...versions } = releases[kinds[hypervisor.kind].suite];
    const daemon = await output('virsh', 'version', '--daemon');
    const found = {
      kernel: /^\d+\.\d+/.exec(await output('uname', '-r'))?.[0] ?? '',
      libvirt: /Running against daemon: (\S+)/.exec(daemon)?.[1] ?? '',
      iproute2: /iproute2-([\d.]+)/.exec(await output('tc', '-V'))?.[1] ?? '',
    };
    if (!moves) expect(found).toEqual(versions);
    for (const program of ['kernel', 'libvirt', 'iproute2'] as const)
      expect(isAtLeast(found[program], versions[program]), `${program} ${found[program]}`).toBe(true);
  });

  test('has the cgroup hierarchy that its kind promises', async () => {
    const type = { 1: 'tmpfs', 2: 'cgroup2fs' }[kinds[hypervisor.kind].cgroup];
    expect(await output('stat', '-f', '-c', '%T', '/sys/fs/cgroup')).toBe(`${type}\n`);
  });

  test('has a clock that is right within 5 s', async () => {
    const seconds = Number(await output('date', '+%s'));
    expect(Math.abs(seconds - Date.now() / 1000)).toBeLessThan(5);
  });

  test('runs Open vSwitch with its kernel datapath', async () => {
    expect(await output('ovs-vsctl', 'list-br')).toBe('ovsbr0\n');
    expect(await output('ovs-dpctl', 'show')).toContain('system@ovs-system');
  });

  test('runs this build of virt-quota on a node that is new enough', async () => {
    const [major = 0, minor = 0] = (await output('node', '--version')).slice(1).split('.').map(Number);
    expect(major > 20 || (major === 20 && minor >= 19)).toBe(true);
    expect(await output('virt-quota', '--version')).toMatch(/^\d+\.\d+\.\d+/);
  });
});

describe('the way in', () => {
  test('keeps stdout, stderr and the exit code apart', async () => {
    const result = await hypervisor.run(['sh', '-c', 'cat; echo oops >&2; exit 7'], { input: 'in\n' });
    expect(result).toEqual({ exitCode: 7, stdout: 'in\n', stderr: 'oops\n' });
  });

  test('says which program is not there', async () => {
    await expect(hypervisor.run(['no-such-program'])).rejects.toThrow(
      'no-such-program: No such file or directory',
    );
  });

  test('carries files of any bytes, while other commands run', async () => {
    const content = Buffer.from(Array.from({ length: 3_000_001 }, (_, n) => (n * 7919) % 251));
    const others = Array.from({ length: 4 }, (_, n) => hypervisor.run(['echo', String(n)]));
    await hypervisor.writeFile('/root/deep/file', content);
    expect((await hypervisor.readFile('/root/deep/file')).equals(content)).toBe(true);
    expect((await Promise.all(others)).map(({ stdout }) => stdout)).toEqual(['0\n', '1\n', '2\n', '3\n']);
  });

  test('makes a socket of the hypervisor one of the host', async () => {
    const socket = await hypervisor.forward('/run/libvirt/libvirt-sock');
    const connection = await connect(`qemu+unix:///system?socket=${socket}`);
    const daemon = /daemon: (\d+)\.(\d+)\.(\d+)/.exec(await output('virsh', 'version', '--daemon'));
    const [, major, minor, micro] = (daemon ?? []).map(Number);
    expect(await connection.libVersion()).toBe(
      Number(major) * 1_000_000 + Number(minor) * 1000 + Number(micro),
    );
    await connection.close();
  });

  test('kills a command that takes too long', async () => {
    await expect(hypervisor.run(['sleep', '471'], { timeoutMs: 500 })).rejects.toThrow(
      'not done within 0.5 s',
    );
    await expect.poll(() => hypervisor.run(['pgrep', '-f', 'sleep 471']).then(r => r.exitCode)).toBe(1);
  });
});

describe('a domain', () => {
  let domain: Domain;
  beforeAll(async () => {
    const nics = (['bridge', 'ovs', 'ethernet', 'ethernet-delegated', 'network', 'macvtap'] as const).map(
      kind => ({ kind }),
    );
    domain = await startDomain(hypervisor, {
      name: 'instance-000000a1',
      nics,
      disks: [{ format: 'qcow2' }, { format: 'raw' }],
    });
  });
  afterAll(() => removeDomain(hypervisor, domain));

  test('runs with all its kinds of interfaces', async () => {
    expect(await output('virsh', 'domstate', domain.name)).toContain('paused');
    const listed = await output('virsh', 'domiflist', domain.name);
    for (const { dev, mac } of domain.nics) expect(listed).toMatch(new RegExp(`${dev} .*${mac}`));
    const ports = domain.nics.filter(({ kind }) => kind === 'ovs' || kind.startsWith('ethernet'));
    const plugged = (await output('ovs-vsctl', 'list-ports', 'ovsbr0')).trim().split('\n');
    expect(plugged.sort()).toEqual(ports.map(({ dev }) => dev).sort());
  });

  test('is limited in the kernel as virsh said', async () => {
    const dev = domain.nics[0]?.dev ?? '';
    const limits = ['--inbound', '32768,65536,131072', '--outbound', '32768,65536,131072'];
    await output('virsh', 'domiftune', domain.name, dev, ...limits, '--live');
    const shaped = 'class htb 1:1 root leaf 2: prio 0 rate 262144Kbit ceil 524288Kbit burst 128Mb';
    expect(await output('tc', 'class', 'show', 'dev', dev)).toContain(shaped);
    const policed = 'rate 262144Kbit burst 128Mb mtu 64Kb';
    expect(await output('tc', 'filter', 'show', 'dev', dev, 'parent', 'ffff:')).toContain(policed);
  });

  test('has a cgroup whose weight is what virsh said', async () => {
    await output('virsh', 'schedinfo', domain.name, '--live', '--set', 'cpu_shares=512');
    const scope = `machine-qemu*${domain.name.slice(-8)}.scope`;
    const file = {
      1: `/sys/fs/cgroup/cpu,cpuacct/machine.slice/${scope}/cpu.shares`,
      2: `/sys/fs/cgroup/machine.slice/${scope}/cpu.weight`,
    };
    expect(await hypervisor.shell(`cat ${file[kinds[hypervisor.kind].cgroup]}`)).toBe('512\n');
  });
});

async function output(...argv: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await hypervisor.run(argv);
  expect(exitCode, `${argv.join(' ')}: ${stderr}`).toBe(0);
  return stdout;
}

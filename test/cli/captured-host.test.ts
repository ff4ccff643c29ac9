import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { virtQuota } from './run.ts';

// A hypervisor of the lab (Debian 13, libvirt 11.3, cgroup v2), captured with m1.resquota applied to a domain with one
// tap on a Linux bridge and one on Open vSwitch.
const samples = join(import.meta.dirname, '../../samples');
const flavor = join(samples, 'flavors/m1.resquota.json');
const scope = 'files/sys/fs/cgroup/machine.slice/machine-qemu\\x2d1\\x2dinstance\\x2d00000041.scope';
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'virt-quota-host-'));
  cpSync(join(samples, 'hosts/trixie'), folder, { recursive: true });
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const verify = () => virtQuota(['verify', 'instance-00000041', '--flavor', flavor, '--host', folder]);

describe('a captured host', () => {
  it('verifies like the running one: exit 0, every asked limit with its evidence', async () => {
    const { exitCode, stdout } = await verify();
    expect(stdout).toContain('57 of 57 links hold');
    expect(stdout).toMatch(/^pass .*cpu_shares .*cpu\.weight +512 +512 .*\/cpu\.weight$/m);
    expect(stdout).toMatch(/^pass .*class htb 1:1 .*rateBps=32768000 ceilBps=65536000 burstBytes=134217728/m);
    expect(exitCode).toBe(0);
  });

  it('fails with exit 1 when one vCPU of four has another quota, naming that knob', async () => {
    writeFileSync(join(folder, scope, 'libvirt/vcpu3/cpu.max'), '60000 100000\n');
    const { exitCode, stdout } = await verify();
    expect(stdout.match(/^(fail|inconclusive) .*$/gm)).toHaveLength(1);
    expect(stdout).toContain(
      'fail: cgroup: vcpu3 cpu.max is quota=60000 period=100000, expected quota=50000 period=100000',
    );
    expect(exitCode).toBe(1);
  });

  it('cannot decide, exit 6, when what a process belongs to was not captured', async () => {
    rmSync(join(folder, 'files/proc'), { recursive: true });
    const { exitCode, stdout } = await verify();
    expect(stdout).not.toMatch(/^pass .*cgroup/m);
    expect(stdout).toMatch(/^inconclusive: cgroup: scope cpu.weight could not be read/m);
    expect(exitCode).toBe(6);
  });

  it('does not know a domain that was not captured', async () => {
    const asked = ['verify', 'instance-00000099', '--flavor', flavor, '--host', folder];
    const { exitCode, stderr } = await virtQuota(asked);
    expect(stderr).toMatch(/instance-00000099/);
    expect(exitCode).toBe(2);
  });
});

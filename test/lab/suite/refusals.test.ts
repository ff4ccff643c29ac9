import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Domain, removeDomain, startDomain } from '../domains.ts';
import type { Hypervisor } from '../hypervisor.ts';
import { kinds } from '../kinds.ts';
import { labHypervisor, releaseHypervisor } from '../start.ts';
import { resquota, scopeOf, virtQuota } from '../virt-quota.ts';

const name = 'instance-000000e1';
let hypervisor: Hypervisor;
let domain: Domain;

beforeAll(async () => {
  hypervisor = await labHypervisor();
  domain = await startDomain(hypervisor, { name });
});

afterAll(async () => {
  await removeDomain(hypervisor, domain);
  await releaseHypervisor(hypervisor);
});

/** Everything that a limit could change, read without this project's code. libvirt's definitions included. */
async function hostState(): Promise<string> {
  const scope = await scopeOf(hypervisor, name);
  const taps = domain.nics.map(nic => nic.dev).join(' ');
  return hypervisor.shell(`cd '${scope}'
for file in $(find . -name 'cpu.weight' -o -name 'cpu.max' -o -name 'cpu.shares' -o -name 'cpu.cfs_*_us' | sort); do
  echo "$file $(cat $file)"; done
virsh blkdeviotune ${name} vda | grep -v group_name
for tap in ${taps}; do
  tc class show dev $tap; tc qdisc show dev $tap | sed 's/ 8[0-9a-f]*:/ N:/'; tc filter show dev $tap parent ffff: 2>/dev/null || true
done
virsh dumpxml --inactive ${name}`);
}

describe('what this host cannot hold', () => {
  test('is refused before anything is touched, with the range of this host', async () => {
    const tooMuch = kinds[hypervisor.kind].cgroup === 2 ? 20000 : 300000;
    const range = kinds[hypervisor.kind].cgroup === 2 ? /10000/ : /262144/;
    const before = await hostState();
    const args = ['--flavor', resquota, '--property', `quota:cpu_shares=${tooMuch}`];
    const refused = await virtQuota(hypervisor, 'apply', name, ...args);
    expect(refused.stderr).toMatch(/quota:cpu_shares/);
    expect(refused.stderr).toMatch(range);
    expect(refused.exitCode).toBe(2);
    expect(await hostState()).toBe(before);
  });
});

describe('what libvirt refuses half-way', () => {
  test('is taken back: exit 4, and the host is as before at every layer', async () => {
    const before = await hostState();
    // tc fails when the second interface gets its class: cpu, disk and one interface are set by then.
    const dev = domain.nics[1]?.dev ?? '';
    await hypervisor.shell(`tc=$(readlink -f "$(command -v tc)"); cp "$tc" /root/tc.real
printf '#!/bin/sh\\ncase "$*" in *"class add dev ${dev} "*) echo broken >&2; exit 1;; esac\\nexec /root/tc.real "$@"\\n' >/root/tc.broken
chmod 755 /root/tc.broken; mount --bind /root/tc.broken "$tc"`);
    const applied = await virtQuota(hypervisor, 'apply', name, '--flavor', resquota);
    await hypervisor.shell('umount "$(readlink -f "$(command -v tc)")"');
    expect(applied.stdout).toContain(`${name}: rolled back`);
    expect(applied.stdout).toContain('it is as before');
    expect(applied.exitCode).toBe(4);
    expect(await hostState()).toBe(before);
  });

  test('works once the obstacle is gone', async () => {
    const applied = await virtQuota(hypervisor, 'apply', name, '--flavor', resquota);
    expect(applied.exitCode, applied.stderr + applied.stdout).toBe(0);
  });
});

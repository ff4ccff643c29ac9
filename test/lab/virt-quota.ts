import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Hypervisor, RunResult } from './hypervisor.ts';
import { projectFolder } from './paths.ts';

/** The example flavor, where the lab has it. */
export const resquota = '/opt/virt-quota/samples/flavors/m1.resquota.json';

/** Its text. */
export const flavorText = readFileSync(join(projectFolder, 'samples/flavors/m1.resquota.json'), 'utf8');

/** Runs virt-quota in the hypervisor. */
export function virtQuota(hypervisor: Hypervisor, ...args: readonly string[]): Promise<RunResult> {
  return hypervisor.run(['virt-quota', ...args]);
}

/** The cgroup folder of a domain, found by its QEMU process and not by this project's code. */
export async function scopeOf(hypervisor: Hypervisor, domain: string): Promise<string> {
  const script = `pid=$(cat '/run/libvirt/qemu/${domain}.pid')
group=$(sed -n 's/^[0-9]*:\\(cpu,cpuacct\\)\\{0,1\\}:\\(\\/machine.*\\)/\\2/p' /proc/$pid/cgroup | head -n 1)
[ -d /sys/fs/cgroup/cpu,cpuacct ] && root=/sys/fs/cgroup/cpu,cpuacct || root=/sys/fs/cgroup
echo "$root\${group%/libvirt/emulator}"`;
  return (await hypervisor.shell(script)).trim();
}

/** What every command says about that flavor, which asks for an outbound peak. */
export const peakIgnored =
  'warning: quota:vif_outbound_peak is ignored by libvirt: outbound traffic is policed at the average\n';

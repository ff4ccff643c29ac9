import type { Verdict } from '../../src/verify/verdict.ts';
import type { Hypervisor, RunResult } from './hypervisor.ts';

/** The example flavor, where the lab has it. */
export const resquota = '/opt/virt-quota/samples/flavors/m1.resquota.json';

/** Runs virt-quota in the hypervisor. */
export function virtQuota(hypervisor: Hypervisor, ...args: readonly string[]): Promise<RunResult> {
  return hypervisor.run(['virt-quota', ...args]);
}

/** What `verify` says of a domain. */
export interface Verified {
  readonly exitCode: number;
  readonly verdicts: readonly Verdict[];
  /** `layer subject knob` of every verdict that fails. */
  readonly failing: readonly string[];
  /** The same of what could not be decided. */
  readonly undecided: readonly string[];
}

/** Verifies a domain against a flavor. */
export async function verify(hypervisor: Hypervisor, domain: string, flavor = resquota): Promise<Verified> {
  const { exitCode, stdout } = await virtQuota(
    hypervisor,
    'verify',
    domain,
    '--flavor',
    flavor,
    '-f',
    'json',
  );
  const { verdicts } = JSON.parse(stdout) as { verdicts: Verdict[] };
  const named = (outcome: Verdict['outcome']) =>
    verdicts
      .filter(verdict => verdict.outcome === outcome)
      .map(({ expectation: { layer, subject, knob } }) => `${layer} ${subject} ${knob}`);
  return { exitCode, verdicts, failing: named('fail'), undecided: named('inconclusive') };
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

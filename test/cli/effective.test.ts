import { join } from 'node:path';
import { expect, it } from 'vitest';
import { virtQuota } from './run.ts';

const captured = (name: string) => join(import.meta.dirname, '../workflow/captured', name);
const flavor = join(import.meta.dirname, '../../samples/flavors/m1.resquota.json');
const effective = (name: string, ...more: string[]) =>
  virtQuota(['effective', 'instance-000000e1', '--host', captured(name), '--flavor', flavor, ...more]);

it('what limits each device is said beside what is asked', async () => {
  const { exitCode, stdout } = await effective('trixie');
  expect(exitCode).toBe(0);
  const lines = stdout.split('\n');
  expect(lines.slice(0, 3)).toEqual([
    'cpu',
    '  cpu               2 CPUs   asked: 2 CPUs  # quota:cpu_quota',
    '    binds         2 CPUs          libvirt          cgroup vcpu* cpu.max (4 of 4)',
  ]);
  // On a port of Open vSwitch the guest always gets its peak.
  const port = lines.indexOf('interface fa:16:3e:28:a2:28');
  expect(lines.slice(port + 1, port + 3)).toEqual([
    '  inbound           65.536 MB/s   asked: 32.768 MB/s  # quota:vif_inbound_average',
    '    binds         65.536 MB/s     libvirt          tc tap28a22811-3c class htb 1:1 parent 1:fffe',
  ]);
});

it('a limit that Open vSwitch took away is out of force', async () => {
  const { stdout } = await effective('trixie-ovs-restarted', '-f', 'json');
  const report = JSON.parse(stdout);
  expect(report).toMatchObject({ schemaVersion: 1, kind: 'effective', contests: [] });
  const lost = report.effective.filter((one: { binds?: object }) => one.binds === undefined);
  expect(lost).toMatchObject([
    { limited: 'outbound', claims: [{ owner: 'libvirt', standing: 'not-in-force', value: 32_768_000 }] },
  ]);
});

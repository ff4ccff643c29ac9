import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
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
    '  cpu               at most 2 CPUs; could be less: cgroup scope cpu.max: not in the capture   asked: 2 CPUs  # quota:cpu_quota',
    '    binds         2 CPUs          libvirt          cgroup vcpu* cpu.max (4 of 4)',
  ]);
  // On a port of Open vSwitch the guest always gets its peak.
  const port = lines.indexOf('interface fa:16:3e:28:a2:28');
  expect(lines.slice(port + 1, port + 3)).toEqual([
    '  inbound           at most 65.536 MB/s; could be less: openflow: not in the capture   asked: 32.768 MB/s  # quota:vif_inbound_average',
    '    binds         65.536 MB/s     libvirt          tc tap28a22811-3c class htb 1:1 parent 1:fffe',
  ]);
});

it('a limit that Open vSwitch took away is out of force, and what meters would limit is not known', async () => {
  const { stdout, exitCode } = await effective('trixie-ovs-restarted', '-f', 'json');
  const report = JSON.parse(stdout);
  expect(report).toMatchObject({ schemaVersion: 1, kind: 'effective', contests: [] });
  const lost = report.effective.filter((one: { binds?: object }) => one.binds === undefined);
  expect(lost).toMatchObject([
    {
      limited: 'outbound',
      certainty: 'unknown',
      unseen: [{ at: 'openflow', why: 'not in the capture' }],
      claims: [{ owner: 'libvirt', standing: 'not-in-force', value: 32_768_000 }, { standing: 'unseen' }],
    },
  ]);
  expect(exitCode).toBe(6);
});

describe('what could not be read', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'virt-quota-host-'));
    cpSync(captured('trixie'), folder, { recursive: true });
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** Of every device, by what is limited. */
  const headLines = async () => {
    const { stdout, exitCode } = await virtQuota(['effective', 'instance-000000e1', '--host', folder]);
    return { lines: stdout.split('\n'), exitCode };
  };

  it('of cgroups is unknown with its reason, never nothing, and exit 6', async () => {
    const files = join(folder, 'files/proc');
    const [pid = ''] = readdirSync(files).filter(name => /^\d+$/.test(name));
    writeFileSync(join(files, pid, 'cgroup'), '0::/../../machine.slice/other.scope\n');
    const { lines, exitCode } = await headLines();
    expect(lines.slice(0, 2)).toEqual([
      'cpu',
      `  cpu               unknown: cgroup libvirt, vcpu* cpu.max: process ${pid} is in the cgroup '/../../machine.slice/other.scope', outside of the namespace of cgroups that this program sees`,
    ]);
    expect(exitCode).toBe(6);
  });

  it('of tc is unknown with what tc says', async () => {
    const path = join(folder, 'commands.json');
    const commands: { argv: string[]; exitCode: number; stdout: string[]; stderr: string[] }[] = JSON.parse(
      readFileSync(path, 'utf8'),
    );
    const gone = 'Cannot find device "tap87f8ad7a-5d"';
    const changed = commands.map(one =>
      one.argv[0] === 'tc' && one.argv.includes('tap87f8ad7a-5d')
        ? { ...one, exitCode: 1, stdout: [''], stderr: [gone] }
        : one,
    );
    writeFileSync(path, JSON.stringify(changed));
    const { lines, exitCode } = await headLines();
    const nic = lines.indexOf('interface fa:16:3e:87:f8:ad');
    for (const direction of ['inbound ', 'outbound']) {
      const line = lines.slice(nic + 1).find(one => one.startsWith(`  ${direction}`));
      expect(line).toMatch(/^ {2}\w+ +unknown: 'tc .*' failed: Cannot find device "tap87f8ad7a-5d"$/);
    }
    expect(exitCode).toBe(6);
  });

  it('of QEMU is unknown in every respect', async () => {
    const file = readdirSync(join(folder, 'libvirt')).find(name => /^[0-9a-f-]{36}\.json$/.test(name)) ?? '';
    const path = join(folder, 'libvirt', file);
    const domain = JSON.parse(readFileSync(path, 'utf8'));
    writeFileSync(path, JSON.stringify({ ...domain, ioTune: { vda: { error: 'timed out' } } }));
    const { lines, exitCode } = await headLines();
    const disk = lines.indexOf('disk vda');
    const told = lines.slice(disk + 1).filter(one => one.startsWith('  read') || one.startsWith('  write'));
    expect(told.map(one => one.slice(0, 28).trimEnd())).toEqual([
      '  read bytes        unknown:',
      '  write bytes       unknown:',
      '  read requests     unknown:',
      '  write requests    unknown:',
    ]);
    expect(exitCode).toBe(6);
  });
});

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { virtQuota } from './run.ts';

const captured = (name: string) => join(import.meta.dirname, '../workflow/captured', name);
const flavor = join(import.meta.dirname, '../../samples/flavors/m1.resquota.json');
const scratch = mkdtempSync(join(tmpdir(), 'virt-quota-audit-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const audit = (name: string, ...more: string[]) => virtQuota(['audit', '--host', captured(name), ...more]);

describe('an audit of a captured host', () => {
  it('proves every limit of a domain that is whole, without being told what was asked', async () => {
    const { exitCode, stdout } = await audit('trixie');
    expect(stdout).toBe(
      "pass          instance-000000e1  20 of 20 limits proved in force now, 0 lost at the next start  (libvirt's own definition)\n" +
        '1 domain: 1 pass; 20 of 20 limits proved in force now, 0 lost at the next start\n',
    );
    expect(exitCode).toBe(0);
  });

  it('names the link that breaks, why, and where it can be seen', async () => {
    const { exitCode, stdout } = await audit('trixie-ovs-restarted', '--flavor', flavor);
    expect(stdout.match(/^ {2}fail /gm)).toHaveLength(1);
    expect(stdout).toContain(
      '  fail interface fa:16:3e:5f:64:d8: tc tap5f64d83e-14 police\n' +
        '       limit      outbound.average, outbound.burst, asked by quota:vif_outbound_average, quota:vif_outbound_burst\n' +
        '       cause      open-vswitch-owns-tap: tap5f64d83e-14 is a port of Open vSwitch',
    );
    expect(stdout).toContain(
      '       expected   rate 32768000 bytes/s (32.768 MB/s), burst 134217728 bytes (128 MiB)\n' +
        '       observed   absent\n',
    );
    expect(stdout).toContain('seen in    tc -r -s -d filter show dev tap5f64d83e-14 parent ffff:');
    expect(stdout).toContain('18 of 20 limits proved');
    expect(exitCode).toBe(1);
  });

  it('is one JSON document, or a line a domain', async () => {
    const { stdout } = await audit('trixie-ovs-restarted', '-f', 'json');
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({
      schemaVersion: 1,
      kind: 'audit',
      summary: { domains: 1, limits: 20, proved: 18 },
    });
    expect(report.domains[0].findings).toHaveLength(1);
    const { stdout: lines } = await audit('trixie', '-f', 'jsonl');
    expect(
      lines
        .trim()
        .split('\n')
        .map(line => JSON.parse(line).outcome),
    ).toEqual(['pass']);
  });

  it('is metrics for a textfile collector, in a file that is replaced in one step', async () => {
    const out = join(scratch, 'virt_quota.prom');
    writeFileSync(out, 'old');
    const { exitCode, stdout } = await audit('trixie-ovs-restarted', '-f', 'prometheus', '--out', out);
    const text = readFileSync(out, 'utf8');
    expect(text).toMatch(/^virt_quota_limits_failing\{domain="instance-000000e1",uuid="[0-9a-f-]{36}"\} 2$/m);
    expect(text).toMatch(/^# TYPE virt_quota_limits gauge$/m);
    expect(text.endsWith('\n')).toBe(true);
    expect(stdout).toBe('');
    expect(exitCode).toBe(1);
  });

  it("asks for our own keys too, and not for libvirt's definition when only those are given", async () => {
    const { exitCode, stdout } = await audit('trixie', '--property', 'virt-quota:emulator_quota=50000');
    expect(stdout).toContain('asked by virt-quota:emulator_quota');
    expect(stdout).toContain('never-applied');
    expect(exitCode).toBe(1);
    const keys = join(scratch, 'own.txt');
    writeFileSync(keys, 'emulator_quota=50000\n');
    const asProperty = ['--property', 'virt-quota:emulator_quota=50000'].join(' ');
    const { stdout: fromFile } = await audit('trixie', '--options', keys);
    expect(fromFile.replaceAll(`--options ${keys}`, asProperty)).toBe(stdout);
  });

  it('takes what was asked from assignments, and from a catalogue of flavors', async () => {
    const assignments = join(scratch, 'assignments.jsonl');
    writeFileSync(assignments, `${JSON.stringify({ domain: 'instance-000000e1', flavor })}\n`);
    const { stdout } = await audit('trixie', '--from', assignments);
    expect(stdout).toContain('(assignment m1.resquota)');
    const { exitCode, stderr } = await audit('trixie', '--flavors', join(scratch, 'nothing'));
    expect(stderr).toContain('no such file');
    expect(exitCode).toBe(2);
  });

  it('says whose assignments are of no domain here, unless some domains are named', async () => {
    const assignments = join(scratch, 'elsewhere.jsonl');
    const names = ['instance-000000e1', 'vm1', 'vm2', 'vm3', 'vm4', 'vm5', 'vm6', 'vm7'];
    const small = { extra_specs: { 'quota:cpu_shares': '512' } };
    writeFileSync(
      assignments,
      names.map(domain => `${JSON.stringify({ domain, flavor: small })}\n`).join(''),
    );
    const { stderr } = await audit('trixie', '--from', assignments);
    expect(stderr).toBe(
      `warning: '${assignments}' assigns flavors to domains that are not here: 'vm1', 'vm2', 'vm3', 'vm4', 'vm5', 2 more\n`,
    );
    expect((await audit('trixie', 'instance-000000e1', '--from', assignments)).stderr).toBe('');
  });

  it('has nothing to compare counters with', async () => {
    const { exitCode, stderr } = await audit('trixie', '--interval', '1s');
    expect(stderr).toContain('a captured host is one moment');
    expect(exitCode).toBe(2);
  });

  it('tells what was counted since the start', async () => {
    const { stdout } = await audit('trixie', '-f', 'json');
    const [first] = JSON.parse(stdout).domains[0].usage;
    expect(first).toMatchObject({
      parameter: 'outbound.average',
      limit: 32768,
      unit: 'kB/s',
      throttled: { ratio: 0, counters: { dropped: 0 } },
      evidence: { source: expect.stringMatching(/^tc -r -s -d filter show dev tap/) },
    });
  });
});

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PrivateLibvirtd, startPrivateLibvirtd } from '../libvirtd.ts';
import { type Ran, virtQuota } from './run.ts';

const sample = join(import.meta.dirname, '../../samples/domains/instance-00000041.xml');
const slip = ['--property', 'quota:cpu_quota=50000', '--property', 'quota:cpu_share=512'];
const told = /warning: quota:cpu_share is unknown.*\n {2}hint: did you mean quota:cpu_shares\?/;
const notRecorded = /warning: quota:cpu_share is unknown, so what is asked is not recorded/;

describe('a key that nobody reads', () => {
  let daemon: PrivateLibvirtd;
  let lines: string;
  // The test driver knows no scheduler parameters live: its persistent definition has them.
  const run = (command: string, ...args: readonly string[]): Promise<Ran> => {
    const domain = args.includes('--from') || args.includes('--all') ? [] : ['instance-00000041'];
    return virtQuota([command, ...domain, '-c', daemon.uri('slips'), '--config', ...args]);
  };

  beforeAll(async () => {
    daemon = await startPrivateLibvirtd();
    const domain = readFileSync(sample, 'utf8').replace(
      /<domain [^>]*>/,
      "<domain type='test' xmlns:test='http://libvirt.org/schemas/domain/test/1.0'>",
    );
    daemon.addHost('slips', `<node>${domain}</node>`);
    lines = join(daemon.folder, 'lines.jsonl');
    const flavor = { name: 'm1', extra_specs: { 'quota:cpu_quota': '50000', 'Quota:cpu_shares': '512' } };
    writeFileSync(lines, `${JSON.stringify({ domain: 'instance-00000041', flavor })}\n`);
  });

  afterAll(() => daemon.stop());

  it.each([
    ['apply', []],
    ['apply', ['--dry-run']],
    ['apply', ['--all']],
    ['plan', []],
    ['plan', ['-f', 'json']],
  ] as const)('is refused by %s %j, which names it and what was meant', async (command, args) => {
    const ran = await run(command, ...args, ...slip);
    expect(ran.stderr).toMatch(told);
    expect(ran.stderr).toMatch(/nobody reads key 'quota:cpu_share' in 'what is asked'.*--allow-unknown/);
    expect([ran.exitCode, ran.stdout]).toEqual([2, '']);
  });

  it('is refused in a line of assignments', async () => {
    const ran = await run('apply', '--from', lines);
    expect(ran.stderr).toMatch(/lines\.jsonl:1: Quota:cpu_shares is unknown/);
    expect(ran.stderr).toMatch(/nobody reads key 'Quota:cpu_shares' in '.*lines\.jsonl:1'/);
    expect([ran.exitCode, ran.stdout]).toEqual([2, '']);
  });

  it('is written past when that is allowed, and nothing is recorded then', async () => {
    const ran = await run('plan', '--allow-unknown', '-f', 'json', ...slip);
    expect(ran.stderr).toMatch(told);
    expect(ran.stderr).toMatch(notRecorded);
    const plan = JSON.parse(ran.stdout);
    expect(plan.records).toEqual([]);
    expect(plan.steps).toMatchObject([{ device: { kind: 'cpu' }, after: { vcpu_quota: 50_000 } }]);
    expect(ran.exitCode).toBe(0);
    const applied = await run('apply', '--allow-unknown', ...slip);
    expect(applied.stderr).toMatch(notRecorded);
    expect(applied.exitCode).toBe(0);
  });

  it('and without such a key there is a record', async () => {
    const ran = await run('plan', '-f', 'json', '--property', 'quota:cpu_quota=50000');
    expect(JSON.parse(ran.stdout).records).toMatchObject([
      { after: { asked: { 'quota:cpu_quota': '50000' } } },
    ]);
  });

  it('is told of by commands that only look', async () => {
    expect((await run('verify', ...slip)).stderr).toMatch(told);
    expect((await virtQuota(['audit', '-c', daemon.uri('slips'), ...slip])).stderr).toMatch(told);
    expect((await virtQuota(['translate', ...slip])).stderr).toMatch(told);
    expect((await virtQuota(['explain', 'quota:cpu_share=512'])).stdout).toContain(
      'did you mean quota:cpu_shares?',
    );
  });
});

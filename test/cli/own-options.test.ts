import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PrivateLibvirtd, startPrivateLibvirtd } from '../libvirtd.ts';
import { virtQuota } from './run.ts';

const samples = join(import.meta.dirname, '../../samples');
const burst = join(samples, 'options/burst.options');
const flavor = join(samples, 'flavors/m1.resquota.json');

describe('limits of our own', () => {
  it('come from an options file over the flavor, and under --property', async () => {
    const property = ['--property', 'virt-quota:emulator_quota=60000'];
    const ran = await virtQuota(['translate', '--flavor', flavor, '--options', burst, ...property]);
    expect(ran.exitCode).toBe(0);
    const lines = ran.stdout.split('\n');
    expect(lines[0]).toContain('<emulator_quota>60000</emulator_quota>');
    expect(lines[1]).toContain('<read_bytes_sec>1000000</read_bytes_sec>');
    expect(lines[1]).toContain('<read_bytes_sec_max>4000000</read_bytes_sec_max>');
    expect(ran.stdout).toContain('<memtune><hard_limit unit="KiB">6291456</hard_limit>');
    expect(ran.stdout).toContain(
      '<device><path>/dev/sdb</path><read_bytes_sec>52428800</read_bytes_sec></device>',
    );
  });

  it('may be JSON on standard input', async () => {
    const ran = await virtQuota(['translate', '--options', '-'], { input: '{"emulator_quota": 50000}' });
    expect([ran.stdout, ran.exitCode]).toEqual([
      '<cputune><emulator_quota>50000</emulator_quota></cputune>\n',
      0,
    ]);
  });

  it('are refused where they are misspelt, or do not go together', async () => {
    const slip = await virtQuota(['translate', '--property', 'virt-quota:hard_limit=5']);
    expect(slip.stderr).toContain(
      'error: virt-quota:hard_limit is unknown: virt-quota:memory_hard_limit may be meant',
    );
    const alone = await virtQuota(['translate', '--property', 'virt-quota:disk_read_bytes_sec_max=5']);
    expect(alone.stderr).toContain('error: virt-quota:disk_read_bytes_sec_max needs read_bytes_sec');
    expect([slip.exitCode, alone.exitCode, slip.stdout + alone.stdout]).toEqual([2, 2, '']);
  });
});

describe('limits of our own on a domain', () => {
  let daemon: PrivateLibvirtd;
  const apply = (...args: readonly string[]) =>
    virtQuota(['apply', 'instance-00000041', '-c', daemon.uri('options'), ...args]);

  beforeAll(async () => {
    daemon = await startPrivateLibvirtd();
    const domain = readFileSync(join(samples, 'domains/instance-00000041.xml'), 'utf8')
      .replace(
        /<domain [^>]*>/,
        "<domain type='test' xmlns:test='http://libvirt.org/schemas/domain/test/1.0'>",
      )
      .replace('</domain>', '<test:runstate>1</test:runstate></domain>');
    daemon.addHost('options', `<node>${domain}</node>`);
  });

  afterAll(() => daemon.stop());

  it('are put into both of its definitions', async () => {
    const ran = await apply('--live', '--config', '--options', burst, '--flavor', flavor);
    expect(ran.stderr + ran.stdout).toContain('live memory');
    expect(ran.stdout).toMatch(/pass +memory +hard_limit +config +memory hard_limit +6291456 +6291456/);
    expect(ran.stdout).toMatch(/pass +host-device \/dev\/sdb +device_read_bytes_sec +live/);
    expect(ran.exitCode).toBe(0);
  });

  it('are refused when they leave the guest no memory', async () => {
    const ran = await apply('--property', 'virt-quota:memory_hard_limit=4194303');
    expect(ran.stderr).toContain("beyond the guest's memory of 4194304 KiB");
    expect(ran.exitCode).toBe(2);
  });
});

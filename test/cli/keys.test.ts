import { describe, expect, it } from 'vitest';
import { virtQuota } from './run.ts';

describe('keys', () => {
  it('prints a line for each key and each of its ranges', async () => {
    const { exitCode, stdout } = await virtQuota(['keys', 'cpu_shares']);
    expect(exitCode).toBe(0);
    expect(stdout.split('\n').slice(0, 4)).toEqual([
      'KEY                     UNIT  ALLOWED                                  PARAMETER   READ BY',
      'quota:cpu_shares              2–262144 (cgroup v1)                     cpu_shares  libvirt',
      '                              1–10000 (cgroup v2)',
      '                              2–10000 (cgroup v2, libvirt before 9.1)',
    ]);
  });

  it('takes a pattern: a piece, or with * the whole name', async () => {
    const keysLike = async (pattern: string) =>
      JSON.parse((await virtQuota(['keys', pattern, '-f', 'json'])).stdout).keys.length;
    expect(await keysLike('iops')).toBe(12);
    expect(await keysLike('disk_*')).toBe(24);
    expect(await keysLike('virt-quota:*')).toBe(30);
    expect(await keysLike('quota:*_average')).toBe(2);
    expect(await keysLike('vcpu_')).toBe(2);
  });

  it('has every column when asked for, and Markdown', async () => {
    expect((await virtQuota(['keys', '-f', 'wide'])).stdout).toMatch(
      /^quota:disk_read_iops_sec .* qemu iops_rd /m,
    );
    const markdown = await virtQuota(['keys', 'disk_read_iops_sec', '-f', 'markdown']);
    expect(markdown.stdout.split('\n')[2]).toBe(
      '| `quota:disk_read_iops_sec` | operations/s | 1–1000000000000000 | 0 | `iotune/read_iops_sec` | qemu iops_rd |',
    );
  });

  it('refuses a pattern that nothing is like', async () => {
    const ran = await virtQuota(['keys', 'quota:[']);
    expect(ran).toMatchObject({ exitCode: 2, stdout: '' });
    expect(ran.stderr).toContain("no key is like 'quota:['");
  });
});

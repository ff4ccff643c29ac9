import { describe, expect, it } from 'vitest';
import type { HostCapabilities } from '../../src/domain/capabilities.ts';
import { prune } from '../../src/domain/prune.ts';
import { readDomain } from '../../src/domain/read-domain.ts';

const domain = readDomain(`<domain type='kvm'><name>d</name><vcpu>1</vcpu>
<cputune><shares>512</shares><quota>5000</quota><emulator_quota>7000</emulator_quota></cputune></domain>`);

const pruned = (live: boolean, capabilities: HostCapabilities) =>
  prune({ tuning: [], diagnostics: [] }, { domain, live, capabilities });
const cpu = { kind: 'cpu' } as const;
const because = { cpu_shares: '--prune', vcpu_quota: '--prune' };

describe('limits that nobody asks for', () => {
  it('go from a definition; those that no flavor has stay', () => {
    expect(pruned(false, {})).toEqual({
      tuning: [{ device: cpu, limits: { cpu_shares: 0, vcpu_quota: 0 }, because }],
      diagnostics: [],
    });
  });

  it.each([
    [1, 1024],
    [2, 100],
  ] as const)(
    'of a running domain on cgroup v%i: shares become the default of the kernel',
    (cgroupVersion, shares) => {
      expect(pruned(true, { cgroupVersion })).toEqual({
        tuning: [{ device: cpu, limits: { cpu_shares: shares, vcpu_quota: 0 }, because }],
        diagnostics: [],
      });
    },
  );

  it('of a running domain: a period becomes the default of the kernel, and then is as it should be', () => {
    const limited = (period: number) =>
      readDomain(`<domain type='kvm'><name>d</name><vcpu>1</vcpu>
<cputune><period>${period}</period></cputune></domain>`);
    for (const period of [20_000, 100_000]) {
      const input = { domain: limited(period), live: true, capabilities: { cgroupVersion: 2 } } as const;
      expect(prune({ tuning: [], diagnostics: [] }, input).tuning).toEqual([
        { device: cpu, limits: { vcpu_period: 100_000 }, because: { vcpu_period: '--prune' } },
      ]);
    }
  });

  it('of a running domain stay where the default is not known, and that is said', () => {
    const { tuning, diagnostics } = pruned(true, {});
    expect(tuning).toEqual([{ device: cpu, limits: { vcpu_quota: 0 }, because: { vcpu_quota: '--prune' } }]);
    expect(diagnostics).toEqual([
      { code: 'cannot-be-unset', severity: 'warning', path: 'cpu/cpu_shares', value: '512' },
    ]);
  });
});

import { describe, expect, it } from 'vitest';
import type { CpuTune } from '../../src/domain/cputune.ts';
import { expectCgroup } from '../../src/verify/expect-cgroup.ts';
import type { HostFacts } from '../../src/verify/host-facts.ts';
import { wantedLimits } from '../../src/verify/wanted.ts';
import { facts, unlimited } from './example.ts';
import { lines } from './expected-lines.ts';

function expected(limits: CpuTune, host: Partial<HostFacts> = {}): readonly string[] {
  return lines(expectCgroup(wantedLimits({ kind: 'cpu' }, limits, undefined), unlimited, facts(host)));
}

const v1 = { cgroupVersion: 1 } as const;

describe('the cgroups of a domain', () => {
  it('have shares as they are: as weight on v2, as shares on v1', () => {
    expect(expected({ cpu_shares: 512 })[0]).toBe('cgroup scope cpu.weight: weight=512');
    expect(expected({ cpu_shares: 512 }, v1)[0]).toBe('cgroup scope cpu.shares: shares=512');
  });

  it('have a quota for each vCPU, with the kernel period where none is given', () => {
    expect(expected({ vcpu_quota: 50_000 })).toEqual([
      'cgroup vcpu0 cpu.max: quota=50000 period=100000',
      'cgroup vcpu1 cpu.max: quota=50000 period=100000',
    ]);
    expect(expected({ vcpu_quota: 50_000, vcpu_period: 20_000 }, v1)).toEqual([
      'cgroup vcpu0 cpu.cfs_quota_us: quota=50000',
      'cgroup vcpu0 cpu.cfs_period_us: period=20000',
      'cgroup vcpu1 cpu.cfs_quota_us: quota=50000',
      'cgroup vcpu1 cpu.cfs_period_us: period=20000',
    ]);
  });

  it.each([
    ['nothing is set', {}],
    ['0 is set', { vcpu_quota: 0, vcpu_period: 0 }],
    ['-1 is set', { vcpu_quota: -1 }],
    ["libvirt's maximum is set", { vcpu_quota: 17_592_186_044_415 }],
    ['more than that is set, as old versions allowed', { vcpu_quota: 18_446_744_073_709_548 }],
  ])('have no quota on any vCPU when %s', (_what, limits: CpuTune) => {
    expect(expected(limits)).toEqual(['cgroup vcpu0 cpu.max: quota=max', 'cgroup vcpu1 cpu.max: quota=max']);
    expect(expected(limits, v1)).toEqual([
      'cgroup vcpu0 cpu.cfs_quota_us: quota=max',
      'cgroup vcpu1 cpu.cfs_quota_us: quota=max',
    ]);
  });

  it('have a period even without a quota', () => {
    expect(expected({ vcpu_period: 50_000 })[0]).toBe('cgroup vcpu0 cpu.max: quota=max period=50000');
  });

  it('have limits of emulator, I/O threads and the whole only where they are set', () => {
    const limits = {
      emulator_quota: 10_000,
      iothread_quota: 20_000,
      global_quota: -1,
      global_period: 50_000,
    };
    expect(expected(limits, { iothreadIds: [1, 7] }).slice(2)).toEqual([
      'cgroup emulator cpu.max: quota=10000 period=100000',
      'cgroup iothread1 cpu.max: quota=20000 period=100000',
      'cgroup iothread7 cpu.max: quota=20000 period=100000',
      'cgroup libvirt cpu.max: quota=max period=50000',
    ]);
    expect(expected(limits, { iothreadIds: [] }).join()).not.toContain('iothread');
  });

  it('are those of the vCPUs that are online, whatever their numbers', () => {
    expect(expected({}, { vcpuIds: [0, 5] })).toContain('cgroup vcpu5 cpu.max: quota=max');
    expect(expected({}, { vcpuIds: [0] })).toContain('cgroup vcpu1 cpu.max: quota=max');
  });

  it('carry the parameters and keys that they come from', () => {
    const because = { vcpu_quota: 'quota:cpu_quota', vcpu_period: 'quota:cpu_period' };
    const limits = { vcpu_quota: 50_000, vcpu_period: 100_000 };
    const tuning = { device: { kind: 'cpu' }, limits, because } as const;
    const wanted = wantedLimits({ kind: 'cpu' }, {}, tuning);
    const [onV2] = expectCgroup(wanted, unlimited, facts());
    expect(onV2?.parameters).toEqual(['vcpu_quota', 'vcpu_period']);
    expect(onV2?.because).toEqual(['quota:cpu_quota', 'quota:cpu_period']);
    const [quota, period] = expectCgroup(wanted, unlimited, facts(v1));
    expect([quota?.because, period?.because]).toEqual([['quota:cpu_quota'], ['quota:cpu_period']]);
  });
});

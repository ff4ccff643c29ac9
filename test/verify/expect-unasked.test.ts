import { describe, expect, it } from 'vitest';
import { expectCgroup } from '../../src/verify/expect-cgroup.ts';
import { expectResources } from '../../src/verify/expect-resources.ts';
import { expectUnasked } from '../../src/verify/expect-unasked.ts';
import { wantedLimits } from '../../src/verify/wanted.ts';
import { facts, unlimited } from './example.ts';
import { lines } from './expected-lines.ts';

const seen = (...knobs: readonly string[]) => facts({ cgroupKnobs: new Set(knobs) });

const v2 = seen(
  'scope cpu.weight',
  ...['scope', 'libvirt', 'emulator', 'iothread3', 'vcpu0', 'vcpu1'].map(group => `${group} cpu.max`),
  ...['libvirt memory.max', 'libvirt memory.high', 'scope memory.max', 'scope io.weight'],
);

describe('cgroup knobs that nobody asked for', () => {
  it('hold no limit and the usual weight', () => {
    const device = { kind: 'cpu' } as const;
    const own = expectCgroup(wantedLimits(device, {}, undefined), unlimited, v2);
    expect(lines(expectUnasked(device, own, v2))).toEqual([
      'cgroup scope cpu.weight: weight=100',
      'cgroup scope cpu.max: quota=max',
      'cgroup libvirt cpu.max: quota=max',
      'cgroup emulator cpu.max: quota=max',
      'cgroup iothread3 cpu.max: quota=max',
    ]);
  });

  it('are left to what is wanted of them', () => {
    const device = { kind: 'cpu' } as const;
    const limits = { cpu_shares: 512, emulator_quota: 50_000 };
    const own = expectCgroup(wantedLimits(device, limits, undefined), unlimited, v2);
    expect(lines(expectUnasked(device, own, v2))).toEqual([
      'cgroup scope cpu.max: quota=max',
      'cgroup libvirt cpu.max: quota=max',
      'cgroup iothread3 cpu.max: quota=max',
    ]);
  });

  it('are those of cgroup v1 where that is in use; a period alone limits nothing', () => {
    const v1 = seen('scope cpu.shares', 'emulator cpu.cfs_quota_us', 'emulator cpu.cfs_period_us');
    expect(lines(expectUnasked({ kind: 'cpu' }, [], v1))).toEqual([
      'cgroup scope cpu.shares: shares=1024',
      'cgroup emulator cpu.cfs_quota_us: quota=max',
    ]);
  });

  it('let no time be saved up for later periods', () => {
    const saved = seen('vcpu3 cpu.max.burst', 'emulator cpu.cfs_burst_us');
    expect(lines(expectUnasked({ kind: 'cpu' }, [], saved))).toEqual([
      'cgroup vcpu3 cpu.max.burst: burst=0',
      'cgroup emulator cpu.cfs_burst_us: burst=0',
    ]);
  });

  it('are those of memory for memory', () => {
    const device = { kind: 'memory' } as const;
    const own = expectResources(wantedLimits(device, { soft_limit: 1024 }, undefined), v2);
    expect(lines(expectUnasked(device, own, v2))).toEqual([
      'cgroup libvirt memory.max: bytes=max',
      'cgroup scope memory.max: bytes=max',
    ]);
    expect(expectUnasked({ kind: 'blkio' }, [], v2)).toEqual([]);
  });

  it('are lines of devices that libvirt does not name', () => {
    const device = { kind: 'blkio' } as const;
    const found = expectUnasked(device, [], seen('libvirt io.max', 'libvirt io.max 8:0', 'scope io.max 8:0'));
    expect(lines(found)).toEqual([
      'cgroup libvirt io.max 8:0: rbps=max wbps=max riops=max wiops=max',
      'cgroup scope io.max 8:0: rbps=max wbps=max riops=max wiops=max',
    ]);
    const v1 = expectUnasked(device, [], seen('libvirt blkio.throttle.read_iops_device 8:0'));
    expect(lines(v1)).toEqual(['cgroup libvirt blkio.throttle.read_iops_device 8:0: value=max']);
    expect(v1[0]?.parameters).toEqual(['device_read_iops_sec']);
  });

  it('are not missed where they were not read', () => {
    expect(expectUnasked({ kind: 'cpu' }, [], facts())).toEqual([]);
  });
});

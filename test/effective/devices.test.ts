import { describe, expect, it } from 'vitest';
import type { DomainDefinition } from '../../src/domain/definition.ts';
import { effectiveCpu } from '../../src/effective/cpu.ts';
import { effectiveDisk } from '../../src/effective/disk.ts';
import { renderEffective } from '../../src/report/effective-text.ts';
import { plainPaint } from '../../src/report/table.ts';

const disk = {
  target: 'vda',
  device: 'disk',
  type: 'file',
  iotune: { total_bytes_sec: 2_000_000, read_iops_sec: 100 },
  hasThrottleFilters: false,
};
const domain: DomainDefinition = {
  name: 'vm',
  uuid: '',
  vcpus: 4,
  cputune: { vcpu_period: 100_000, vcpu_quota: 50_000 },
  memtune: {},
  blkiotune: {},
  hostDevices: [],
  disks: [],
  interfaces: [],
};

describe('what limits a disk', () => {
  it('is what QEMU holds, in each direction', () => {
    const throttle = { total_bytes_sec: 2_000_000, read_iops_sec: 100 };
    const found = effectiveDisk({ disk, throttle, shares: [] }, undefined);
    expect(found.map(({ limited, binds }) => `${limited} ${binds?.value}`)).toEqual([
      'read bytes 2000000',
      'write bytes 2000000',
      'read requests 100',
    ]);
  });

  it('is the lesser of a direction and both, as the volume and the flavor ask for them', () => {
    const throttle = { total_bytes_sec: 2_000_000, read_bytes_sec: 500_000 };
    const asked = {
      device: { kind: 'disk', target: 'vda' } as const,
      limits: { total_bytes_sec: 2_000_000 },
      because: { total_bytes_sec: 'quota:disk_total_bytes_sec' },
    };
    const [read, write] = effectiveDisk({ disk, throttle, shares: ['vdb'] }, asked);
    expect(read).toMatchObject({
      binds: { value: 500_000, owner: 'unknown', why: 'shared with vdb' },
      asked: { value: 2_000_000, because: 'quota:disk_total_bytes_sec' },
    });
    expect(write?.binds).toMatchObject({ value: 2_000_000, owner: 'libvirt' });
  });

  it('is nothing when QEMU has lost it, and unknown when QEMU was not asked', () => {
    const [lost] = effectiveDisk({ disk, throttle: {}, shares: [] }, undefined);
    expect(lost).toMatchObject({ claims: [{ standing: 'not-in-force', why: 'QEMU has no such limit' }] });
    expect(lost?.binds).toBeUndefined();
    const [unseen] = effectiveDisk({ disk, shares: [] }, undefined);
    expect(unseen).toMatchObject({ claims: [{ standing: 'unseen' }] });
  });
});

describe('what limits the vCPUs', () => {
  const vcpu = (id: number) => ({ subject: `vcpu${id}`, quotaUs: 50_000, periodUs: 100_000 });

  it('is the sum of their quotas', () => {
    const [cpu] = effectiveCpu(domain, [0, 1, 2, 3].map(vcpu), undefined);
    expect(cpu?.binds).toMatchObject({ owner: 'libvirt', value: 2, at: 'cgroup vcpu* cpu.max (4 of 4)' });
  });

  it('counts a vCPU that lost its quota as a whole CPU', () => {
    const [cpu] = effectiveCpu(domain, [0, 1, 2].map(vcpu), undefined);
    expect(cpu?.binds).toMatchObject({ value: 2.5 });
  });

  it('is the quota around them all when that is less, whoever set it', () => {
    const around = { subject: 'scope', quotaUs: 100_000, periodUs: 100_000 };
    const found = effectiveCpu(domain, [...[0, 1, 2, 3].map(vcpu), around], undefined);
    expect(renderEffective(found, plainPaint)).toBe(`cpu
  cpu               1 CPU
    binds         1 CPU           somebody         cgroup scope cpu.max
    looser        2 CPUs          libvirt          cgroup vcpu* cpu.max (4 of 4)
`);
  });

  it('is nobody’s business without a quota', () => {
    expect(effectiveCpu({ ...domain, cputune: {} }, [], undefined)).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import type { DomainDefinition } from '../../src/domain/definition.ts';
import { effectiveCpu } from '../../src/effective/cpu.ts';
import { effectiveDisk } from '../../src/effective/disk.ts';
import { diskStates } from '../../src/effective/host-state.ts';
import { renderEffective } from '../../src/report/effective-text.ts';
import { plainPaint } from '../../src/report/table.ts';
import type { Reading } from '../../src/verify/reading.ts';

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
      binds: { value: 500_000, owner: 'unknown' },
      sharedWith: ['disk vdb'],
      asked: { value: 2_000_000, because: 'quota:disk_total_bytes_sec' },
    });
    expect(write?.binds).toMatchObject({ value: 2_000_000, owner: 'libvirt' });
  });

  it('is what its requests come to where larger ones count several times', () => {
    const throttle = { total_bytes_sec: 2_000_000, total_iops_sec: 8, size_iops_sec: 65_536 };
    const [read, , requests] = effectiveDisk({ disk, throttle, shares: [] }, undefined);
    expect(read).toMatchObject({
      certainty: 'exact',
      binds: { value: 524_288, at: 'qemu vda total_iops_sec' },
    });
    expect(requests?.binds).toMatchObject({ value: 8 });
  });

  it('is nothing when QEMU has lost it, and unknown when QEMU was not asked', () => {
    const [lost] = effectiveDisk({ disk, throttle: {}, shares: [] }, undefined);
    expect(lost).toMatchObject({ claims: [{ standing: 'not-in-force', why: 'QEMU has no such limit' }] });
    expect(lost?.binds).toBeUndefined();
    const [unseen] = effectiveDisk({ disk, shares: [] }, undefined);
    expect(unseen).toMatchObject({ claims: [{ standing: 'unseen' }] });
  });
});

describe('a LUN that is passed through', () => {
  it('is not limited, whatever QEMU says: its commands go past the throttle', () => {
    const lun = { ...disk, device: 'lun' };
    const [read] = effectiveDisk({ disk: lun, throttle: disk.iotune, shares: [] }, undefined);
    expect(read).toMatchObject({
      certainty: 'none',
      claims: [{ standing: 'not-in-force', value: 2_000_000 }],
    });
    expect(read?.claims[0]?.why).toBe("SCSI commands of a passed-through LUN go past QEMU's throttle");
  });
});

describe('disks of one throttle group', () => {
  const readingsOf = (group: Readonly<Record<string, string>>) =>
    Object.entries(group).flatMap(([subject, name]): readonly Reading[] => {
      const evidence = { source: `virDomainGetBlockIoTune(${subject}, live)`, text: '' };
      const at = { layer: 'qemu', subject, evidence } as const;
      const member =
        name === '?' ? { unreadable: 'who else is in it is not told' } : name && { values: { value: name } };
      return [
        { ...at, knob: 'bps', values: { value: 2_000_000 } },
        { ...at, knob: 'group', ...member },
      ];
    });
  const states = (group: Readonly<Record<string, string>>) => {
    const disks = Object.keys(group).map(target => ({
      ...disk,
      target,
      iotune: { total_bytes_sec: 2_000_000 },
    }));
    return diskStates({ ...domain, disks }, readingsOf(group)).flatMap(one => effectiveDisk(one, undefined));
  };
  const heads = (group: Readonly<Record<string, string>>) =>
    renderEffective(states(group), plainPaint)
      .split('\n')
      .filter(line => /^disk| read bytes/.test(line));

  it('have one limit together, whoever has put them there', () => {
    expect(heads({ vda: 'one', vdb: 'one', vdc: '' })).toEqual([
      'disk vda',
      '  read bytes        2 MB/s, shared with disk vdb: for both together',
      'disk vdb',
      '  read bytes        2 MB/s, shared with disk vda: for both together',
      'disk vdc',
      '  read bytes        2 MB/s',
    ]);
    expect(states({ vda: 'one', vdb: 'one' })[0]).toMatchObject({
      certainty: 'exact',
      sharedWith: ['disk vdb'],
    });
  });

  it('are three as well', () => {
    expect(heads({ vda: 'one', vdb: 'one', vdc: 'one' })[1]).toBe(
      '  read bytes        2 MB/s, shared with disk vdb, disk vdc: for all 3 together',
    );
  });

  it('have at most what there is where not all members are known', () => {
    const [read] = states({ vda: '?' });
    expect(read).toMatchObject({ certainty: 'at-most', binds: { value: 2_000_000 } });
    expect(read?.unseen).toEqual([
      { at: 'virDomainGetBlockIoTune(vda, live)', why: 'who else is in it is not told' },
    ]);
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

import { describe, expect, it } from 'vitest';
import type { DeviceRef, Limits } from '../../src/domain/tuning.ts';
import { expectResources, weightTolerance } from '../../src/verify/expect-resources.ts';
import type { HostFacts } from '../../src/verify/host-facts.ts';
import { facts } from './example.ts';
import { lines } from './expected-lines.ts';

const v1 = { cgroupVersion: 1 } as const;

function expected(device: DeviceRef, limits: Limits, host: Partial<HostFacts> = {}): readonly string[] {
  return lines(expectResources({ device, limits, because: { weight: 'k' } }, facts(host)));
}

describe('the memory of a domain', () => {
  it('is limited in bytes, in whole pages', () => {
    expect(
      expected({ kind: 'memory' }, { hard_limit: 1_000_001, soft_limit: 1024, swap_hard_limit: 0 }),
    ).toEqual([
      // A kernel with pages of 64 KiB keeps 15625 of them: 1024000000 bytes.
      'cgroup libvirt memory.max: bytes=1024001024±1024',
      'cgroup libvirt memory.high: bytes=1048576',
      'cgroup libvirt memory.swap.max: bytes=max',
    ]);
    expect(
      expected({ kind: 'memory' }, { hard_limit: 64, soft_limit: 128, swap_hard_limit: 64 }, v1),
    ).toEqual([
      'cgroup libvirt memory.limit_in_bytes: bytes=65536',
      'cgroup libvirt memory.soft_limit_in_bytes: bytes=131072',
      'cgroup libvirt memory.memsw.limit_in_bytes: bytes=65536',
    ]);
  });

  it('is not looked at where nothing limits it', () => {
    expect(expected({ kind: 'memory' }, {})).toEqual([]);
  });
});

describe('the I/O weight of a domain', () => {
  const of = (weight: number, host: Partial<HostFacts>) => expected({ kind: 'blkio' }, { weight }, host);

  it('is in the plain file, or in that of BFQ on its scale', () => {
    const both = new Set(['io.weight', 'io.bfq.weight']);
    expect(of(500, { systemd: true, ioWeightFiles: both })).toEqual(['cgroup scope io.weight: weight=500']);
    const bfq = new Set(['io.bfq.weight']);
    expect(of(500, { systemd: true, ioWeightFiles: bfq })).toEqual([
      'cgroup scope io.bfq.weight: weight=136',
    ]);
    expect(of(50, { systemd: true, ioWeightFiles: bfq })).toEqual(['cgroup scope io.bfq.weight: weight=50']);
    expect(of(500, { ...v1, systemd: true, ioWeightFiles: new Set(['blkio.weight']) })).toEqual([
      'cgroup scope blkio.weight: weight=500',
    ]);
  });

  it('goes to BFQ unchanged where libvirt writes it itself', () => {
    const ioWeightFiles = new Set(['io.weight', 'io.bfq.weight']);
    expect(of(500, { systemd: false, ioWeightFiles })).toEqual(['cgroup scope io.bfq.weight: weight=500']);
  });

  it('has no enforcement point where the kernel has no file for it', () => {
    expect(of(500, { ...v1, systemd: true, ioWeightFiles: new Set() })).toEqual([
      'cgroup scope blkio.weight: impossible',
    ]);
  });

  it('may stand in the live definition on the scale of BFQ', () => {
    const ioWeightFiles = new Set(['io.weight', 'io.bfq.weight']);
    expect(weightTolerance(500, facts({ systemd: true, ioWeightFiles })).tolerance?.values).toEqual({
      value: 364,
    });
    expect(weightTolerance(100, facts({ systemd: true, ioWeightFiles }))).toEqual({});
    expect(weightTolerance(500, facts({ systemd: true, ioWeightFiles: new Set(['io.weight']) }))).toEqual({});
  });
});

describe('a domain whose QEMU is in another cgroup', () => {
  it('has no enforcement point for what is asked there', () => {
    const strayed = { ...v1, strayed: { blkio: '/machine.slice' } };
    expect(expected({ kind: 'blkio' }, { weight: 500 }, strayed)).toEqual([
      'cgroup scope blkio.weight: impossible',
    ]);
    expect(expected({ kind: 'memory' }, { hard_limit: 64 }, strayed)).toEqual([
      'cgroup libvirt memory.limit_in_bytes: bytes=65536',
    ]);
  });
});

describe("a domain's use of a device of the host", () => {
  const sda = { kind: 'host-device', path: '/dev/sda' } as const;
  const limits = { device_read_bytes_sec: 1_048_576, device_write_iops_sec: 100 };

  it('has all four limits in one line, and no others than those that are asked for', () => {
    expect(expected(sda, limits)).toEqual([
      'cgroup /dev/sda io.max: rbps=1048576 wbps=max riops=max wiops=100',
    ]);
    expect(expected(sda, limits, v1)).toEqual([
      'cgroup /dev/sda blkio.throttle.read_bps_device: value=1048576',
      'cgroup /dev/sda blkio.throttle.write_bps_device: value=max',
      'cgroup /dev/sda blkio.throttle.read_iops_device: value=max',
      'cgroup /dev/sda blkio.throttle.write_iops_device: value=100',
    ]);
  });

  it('has its own weight beside', () => {
    expect(expected(sda, { device_weight: 200 })).toEqual(['cgroup /dev/sda io.weight: weight=200']);
    expect(expected(sda, {})).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import type { HostCapabilities } from '../../src/domain/capabilities.ts';
import { checkAlone } from '../../src/domain/check-alone.ts';
import { readDomain } from '../../src/domain/read-domain.ts';
import { translateFlavor } from '../../src/domain/translate.ts';
import { wholeQuota } from '../../src/intent/whole-quota.ts';

/** A guest of 1 GiB. */
const guest = "<memory unit='KiB'>1048576</memory>";
const v1 = { cgroupVersion: 1, libvirtVersion: 9_000_000 } as const;
const v2 = { cgroupVersion: 2, libvirtVersion: 9_000_000 } as const;

function findings(
  specs: Readonly<Record<string, string | number>>,
  inside = guest,
  capabilities: HostCapabilities = v2,
): readonly string[] {
  const named = Object.entries(specs).map(([key, value]) => [`virt-quota:${key}`, String(value)]);
  const { quota } = wholeQuota(Object.fromEntries(named));
  const domain = readDomain(`<domain><name>d</name>${inside}</domain>`);
  return translateFlavor({ quota, domain, capabilities }).diagnostics.map(({ severity, code, path, args }) =>
    `${severity} ${code} ${path} ${Object.values(args ?? {}).join(' ')}`.trim(),
  );
}

describe('memory limits', () => {
  it('leave the guest its memory, and QEMU some of its own', () => {
    const hard = (kib: number) => findings({ memory_hard_limit: kib });
    expect(hard(1_048_575)).toEqual(['error little-memory virt-quota:memory_hard_limit 1048576 0']);
    expect(hard(1_048_576 + 262_143)).toEqual([
      'warning little-memory virt-quota:memory_hard_limit 1048576 262143',
    ]);
    expect(hard(1_048_576 + 262_144)).toEqual([]);
    expect(findings({ memory_hard_limit: 1 }, '')).toEqual([]);
  });

  it('are in order, with what the domain has already', () => {
    const enough = 2_000_000;
    expect(findings({ memory_hard_limit: enough, memory_soft_limit: enough + 1 })).toEqual([
      `error soft-above-hard virt-quota:memory_soft_limit ${enough}`,
    ]);
    expect(findings({ memory_hard_limit: enough, memory_soft_limit: enough })).toEqual([]);
    const defined = `${guest}<memtune><hard_limit>${enough}</hard_limit></memtune>`;
    expect(findings({ memory_soft_limit: enough + 1 }, defined)).toEqual([
      `error soft-above-hard virt-quota:memory_soft_limit ${enough}`,
    ]);
    expect(findings({ memory_soft_limit: enough + 1, memory_hard_limit: 0 }, defined)).toEqual([]);
  });

  it('of swap are not below that of memory, and say that they are of swap alone on v2', () => {
    const enough = 2_000_000;
    expect(findings({ memory_hard_limit: enough, memory_swap_hard_limit: enough - 1 }, guest, v1)).toEqual([
      `error swap-below-hard virt-quota:memory_swap_hard_limit ${enough}`,
    ]);
    expect(findings({ memory_swap_hard_limit: enough }, guest, v1)).toEqual([
      'error swap-below-hard virt-quota:memory_swap_hard_limit none',
    ]);
    expect(findings({ memory_hard_limit: enough, memory_swap_hard_limit: enough })).toEqual([
      'info swap-alone virt-quota:memory_swap_hard_limit',
    ]);
  });

  it('need a host that has them', () => {
    const hard = { memory_hard_limit: 2_000_000 };
    expect(findings(hard, guest, { ...v1, hasMemoryLimit: false })).toEqual([
      'error no-such-control virt-quota:memory_hard_limit cgroup memory controller',
    ]);
    const swap = { ...hard, memory_swap_hard_limit: 2_000_000 };
    expect(findings(swap, guest, { ...v1, hasSwapLimit: false })).toEqual([
      'error no-such-control virt-quota:memory_swap_hard_limit accounting of swap',
    ]);
    expect(findings(hard, guest, { ...v1, hasSwapLimit: false })).toEqual([]);
  });
});

describe('the weight of block I/O', () => {
  it.each([
    ['cgroup v1', v1, 9, 10, 1000, 1001],
    ['cgroup v2', v2, undefined, 1, 10_000, undefined],
  ] as const)('has the range of %s', (where, host, below, min, max, above) => {
    const of = (weight: number) => findings({ blkio_weight: weight }, guest, host);
    expect([of(min), of(max)]).toEqual([[], []]);
    for (const value of [below, above].filter(one => one !== undefined)) {
      expect(of(value)).toEqual([`error out-of-range virt-quota:blkio_weight  ${min} ${max} ${where}`]);
    }
  });

  it('is only doubted where the host is not known, and refused where no file can hold it', () => {
    expect(findings({ blkio_weight: 5 }, guest, {})).toEqual([
      'warning out-of-range virt-quota:blkio_weight  10 1000 cgroup v1',
    ]);
    expect(findings({ blkio_weight: 500 }, guest, { ...v1, hasIoWeight: false })).toEqual([
      'error no-such-control virt-quota:blkio_weight I/O scheduler with weights (BFQ)',
    ]);
  });

  it('moves QEMU out of its cgroup where systemd sets it on v1', () => {
    const of = (host: HostCapabilities) => findings({ blkio_weight: 500 }, guest, host);
    expect(of({ ...v1, systemd: true })).toEqual(['error weight-strays virt-quota:blkio_weight']);
    expect([of({ ...v1, systemd: false }), of({ ...v2, systemd: true })]).toEqual([[], []]);
  });

  it('on a single device ends libvirt where systemd sets weights', () => {
    const specs = { blkio_device_weight: '/dev/sda=200' };
    const breaks = 'device-weight-breaks virt-quota:blkio_device_weight';
    expect(findings(specs, guest, { ...v2, systemd: true })).toEqual([`error ${breaks}`]);
    expect(findings(specs, guest, v2)).toEqual([`error ${breaks}`]);
    expect(findings(specs, guest, {})).toEqual([`warning ${breaks}`]);
    expect(findings(specs, guest, { ...v2, systemd: false })).toEqual([]);
  });
});

describe('limits of our own without a domain', () => {
  const alone = (specs: Readonly<Record<string, string>>) =>
    checkAlone(wholeQuota(specs).quota, {}).map(({ code, path }) => `${code} ${path}`);

  it('have to go together with each other and with those of Nova', () => {
    expect(alone({ 'virt-quota:disk_total_bytes_sec_max': '5' })).toEqual([
      'needs-base virt-quota:disk_total_bytes_sec_max',
    ]);
    const base = { 'quota:disk_total_bytes_sec': '9' };
    expect(alone({ ...base, 'virt-quota:disk_total_bytes_sec_max': '5' })).toEqual([
      'max-below-base virt-quota:disk_total_bytes_sec_max',
    ]);
    expect(alone({ ...base, 'virt-quota:disk_total_bytes_sec_max': '9' })).toEqual([]);
    expect(alone({ ...base, 'virt-quota:disk_total_bytes_sec_max_length': '2' })).toEqual([
      'needs-base virt-quota:disk_total_bytes_sec_max_length',
    ]);
    expect(alone({ 'virt-quota:disk_group_name': 'x' })).toEqual(['needs-base virt-quota:disk_group_name']);
    const memory = { 'virt-quota:memory_hard_limit': '5', 'virt-quota:memory_soft_limit': '6' };
    expect(alone(memory)).toEqual(['soft-above-hard virt-quota:memory_soft_limit']);
  });

  it('are not looked for where there are none', () => {
    expect(alone({ 'quota:disk_total_bytes_sec': '9', 'quota:disk_read_bytes_sec': '9' })).toEqual([]);
  });
});

describe('a floor', () => {
  const nic = (type: string, inside = '') =>
    `<devices><interface type='${type}'><mac address='52:54:00:00:00:01'/>${inside}</interface></devices>`;

  it.each(['bridge', 'direct', 'ethernet'])('cannot be kept by an interface of type %s', type => {
    expect(findings({ vif_inbound_floor: 5 }, nic(type))).toEqual([
      `error floor-not-possible virt-quota:vif_inbound_floor ${type} 52:54:00:00:00:01`,
    ]);
  });

  it('can be kept by a network of libvirt, if that has a limit of its own', () => {
    expect(findings({ vif_inbound_floor: 5 }, nic('network', "<source network='default'/>"))).toEqual([
      'warning floor-needs-network virt-quota:vif_inbound_floor default 52:54:00:00:00:01',
    ]);
    expect(findings({ vif_inbound_floor: 0 }, nic('bridge'))).toEqual([]);
  });
});

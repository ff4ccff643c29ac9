import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bandwidthParameters } from '../../src/domain/bandwidth.ts';
import { cpuTuneParameters } from '../../src/domain/cputune.ts';
import { ioTuneParameters } from '../../src/domain/iotune.ts';
import { mergeLimits } from '../../src/domain/merge.ts';
import type { DeviceRef, Limits, Parameter } from '../../src/domain/tuning.ts';

const cpu: DeviceRef = { kind: 'cpu' };
const disk: DeviceRef = { kind: 'disk', target: 'vda' };
const nic: DeviceRef = { kind: 'interface', mac: '52:54:00:00:00:01' };

describe('cpu limits', () => {
  it('are set one by one', () => {
    expect(
      mergeLimits(cpu, { cpu_shares: 10, emulator_quota: 5000 }, { cpu_shares: 20, vcpu_quota: 3000 }),
    ).toEqual({
      cpu_shares: 20,
      emulator_quota: 5000,
      vcpu_quota: 3000,
    });
  });

  it('stay as an explicit 0 when they are taken away', () => {
    expect(mergeLimits(cpu, { vcpu_quota: 3000 }, { vcpu_quota: 0 })).toEqual({ vcpu_quota: 0 });
  });
});

describe('disk limits', () => {
  it.each<readonly [name: string, current: Limits, desired: Limits, merged: Limits]>([
    [
      'keep the family that is not asked for',
      { total_iops_sec: 5, size_iops_sec: 4096 },
      { read_bytes_sec: 7 },
      { total_iops_sec: 5, size_iops_sec: 4096, read_bytes_sec: 7 },
    ],
    [
      'lose what is left out of a family that is asked for',
      { read_bytes_sec: 1, write_bytes_sec: 2 },
      { read_bytes_sec: 7 },
      { read_bytes_sec: 7 },
    ],
    [
      'lose the burst of a total that became read and write',
      { total_bytes_sec: 5, total_bytes_sec_max: 9, total_bytes_sec_max_length: 3 },
      { read_bytes_sec: 7, write_bytes_sec: 8 },
      { read_bytes_sec: 7, write_bytes_sec: 8 },
    ],
    [
      'keep the burst whose base stays',
      { read_bytes_sec: 5, read_bytes_sec_max: 9, write_bytes_sec: 5, write_bytes_sec_max: 9 },
      { read_bytes_sec: 7 },
      { read_bytes_sec: 7, read_bytes_sec_max: 9 },
    ],
    [
      'keep the throttle group',
      { read_bytes_sec: 5, group_name: 'gold' },
      { read_bytes_sec: 7 },
      { read_bytes_sec: 7, group_name: 'gold' },
    ],
    [
      'get the throttle group that is asked for',
      { read_bytes_sec: 5, group_name: 'gold' },
      { read_bytes_sec: 7, group_name: 'silver' },
      { read_bytes_sec: 7, group_name: 'silver' },
    ],
    [
      'lose the throttle group with the last limit',
      { read_bytes_sec: 5, group_name: 'gold' },
      { read_bytes_sec: 0 },
      { read_bytes_sec: 0 },
    ],
    [
      'lose the I/O size with the last limit on operations',
      { total_iops_sec: 5, size_iops_sec: 4096 },
      { total_iops_sec: 0 },
      { total_iops_sec: 0 },
    ],
    [
      'keep what is asked for without its base, which is a finding',
      {},
      { read_bytes_sec_max: 9, size_iops_sec: 1 },
      { read_bytes_sec_max: 9, size_iops_sec: 1 },
    ],
  ])('%s', (_, current, desired, merged) => {
    expect(mergeLimits(disk, current, desired)).toEqual(merged);
  });
});

describe('interface limits', () => {
  const current: Limits = {
    'inbound.average': 1,
    'inbound.peak': 2,
    'inbound.floor': 3,
    'outbound.average': 4,
    'outbound.burst': 5,
  };

  it('replace a direction, but for its floor, and keep the other', () => {
    expect(mergeLimits(nic, current, { 'inbound.average': 9 }, 'tap')).toEqual({
      'inbound.average': 9,
      'inbound.floor': 3,
      'outbound.average': 4,
      'outbound.burst': 5,
    });
  });

  it('have the average as peak on an Open vSwitch port', () => {
    expect(mergeLimits(nic, {}, { 'inbound.average': 9 }, 'ovs')).toEqual({
      'inbound.average': 9,
      'inbound.peak': 9,
    });
    expect(mergeLimits(nic, {}, { 'inbound.average': 9, 'inbound.peak': 10 }, 'ovs')['inbound.peak']).toBe(
      10,
    );
    expect(mergeLimits(nic, {}, { 'outbound.average': 9 }, 'ovs')).toEqual({ 'outbound.average': 9 });
    expect(mergeLimits(nic, {}, { 'inbound.average': 0 }, 'ovs')).toEqual({ 'inbound.average': 0 });
  });

  it('do not change where nothing enforces them: libvirt refuses to set them', () => {
    expect(mergeLimits(nic, current, { 'inbound.average': 9 }, 'none')).toEqual(current);
  });
});

const limits = (parameters: readonly Parameter[]) =>
  fc
    .dictionary(fc.constantFrom(...parameters), fc.integer({ min: 0, max: 9 }))
    .map(found => ({ ...found }) as Limits);

describe.each([
  ['cpu', cpu, cpuTuneParameters, undefined],
  ['disk', disk, ioTuneParameters, undefined],
  ['tap', nic, bandwidthParameters, 'tap'],
  ['Open vSwitch port', nic, bandwidthParameters, 'ovs'],
] as const)('merging on a %s', (_, device, parameters, enforcer) => {
  it('once more changes nothing, from before and from after', () => {
    fc.assert(
      fc.property(limits(parameters), limits(parameters), (current, desired) => {
        const merged = mergeLimits(device, current, desired, enforcer);
        expect(mergeLimits(device, merged, desired, enforcer)).toEqual(merged);
        expect(mergeLimits(device, current, merged, enforcer)).toEqual(merged);
      }),
    );
  });

  it('gives all that was asked for', () => {
    fc.assert(
      fc.property(limits(parameters), limits(parameters), (current, desired) => {
        expect(mergeLimits(device, current, desired, enforcer)).toMatchObject(withoutIdlePeak(desired));
      }),
    );
  });
});

/** An explicit peak of 0 on an Open vSwitch port becomes the average. */
function withoutIdlePeak(desired: Limits): Limits {
  return Object.fromEntries(
    Object.entries(desired).filter(([key, value]) => key !== 'inbound.peak' || value !== 0),
  );
}

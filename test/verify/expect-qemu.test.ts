import { describe, expect, it } from 'vitest';
import type { DiskDefinition } from '../../src/domain/definition.ts';
import type { IoTune } from '../../src/domain/iotune.ts';
import { expectQemu } from '../../src/verify/expect-qemu.ts';
import { qemuKnob, qemuKnobs } from '../../src/verify/qemu-knobs.ts';
import { wantedLimits } from '../../src/verify/wanted.ts';
import { lines } from './expected-lines.ts';

const vda: DiskDefinition = {
  target: 'vda',
  device: 'disk',
  type: 'file',
  source: '/vm.qcow2',
  iotune: {},
  hasThrottleFilters: false,
};

function expected(limits: IoTune, changes: Partial<DiskDefinition> = {}): readonly string[] {
  const wanted = wantedLimits({ kind: 'disk', target: 'vda' }, limits, undefined);
  return lines(expectQemu(wanted, { ...vda, ...changes }));
}

/** Without the group, which nobody else may be in. */
const notZero = (limits: IoTune) => expected(limits).filter(line => !/value=0$|group: absent$/.test(line));

describe("QEMU's throttle", () => {
  it.each([
    ['total_bytes_sec', 'bps'],
    ['read_bytes_sec', 'bps_rd'],
    ['write_bytes_sec', 'bps_wr'],
    ['total_iops_sec', 'iops'],
    ['read_iops_sec_max', 'iops_rd_max'],
    ['write_bytes_sec_max_length', 'bps_wr_max_length'],
    ['size_iops_sec', 'iops_size'],
  ] as const)('calls %s %s', (parameter, knob) => {
    expect(qemuKnob(parameter)).toBe(knob);
  });

  it('has 19 knobs of different names', () => {
    expect(new Set(qemuKnobs.map(({ knob }) => knob)).size).toBe(19);
  });

  it('has each number that is wanted, and 0 everywhere else', () => {
    expect(expected({})).toHaveLength(19);
    expect(notZero({ read_bytes_sec: 1_000_000, write_bytes_sec: 1_024_000 })).toEqual([
      'qemu vda bps_rd: value=1000000',
      'qemu vda bps_wr: value=1024000',
    ]);
    expect(notZero({})).toEqual([]);
  });

  it('has bursts of one second where no length is given', () => {
    expect(notZero({ total_iops_sec: 100, total_iops_sec_max: 300 })).toEqual([
      'qemu vda iops: value=100',
      'qemu vda iops_max: value=300',
      'qemu vda iops_max_length: value=1',
    ]);
    expect(
      notZero({ total_iops_sec: 100, total_iops_sec_max: 300, total_iops_sec_max_length: 9 }).at(-1),
    ).toBe('qemu vda iops_max_length: value=9');
  });

  it('has lengths of bursts that are not judged apart from the bursts', () => {
    const wanted = wantedLimits({ kind: 'disk', target: 'vda' }, {}, undefined);
    const length = expectQemu(wanted, vda).find(one => one.knob === 'bps_rd_max_length');
    expect(length?.follows).toEqual([{ layer: 'qemu', subject: 'vda', knob: 'bps_rd_max' }]);
  });

  it('shares its bucket where a group is wanted', () => {
    expect(notZero({ total_iops_sec: 100, group_name: 'gold' })).toEqual([
      'qemu vda iops: value=100',
      'qemu vda group: value=gold',
    ]);
    expect(notZero({ group_name: 'gold' })).toEqual([]);
  });

  it('is shared with no other disk where no group is wanted', () => {
    expect(expected({ total_iops_sec: 100 }).at(-1)).toBe('qemu vda group: absent');
    expect(expected({}).join()).not.toContain('group');
  });

  it('cannot be had by vhost-user disks, nor beside throttle filters', () => {
    const limits = { read_bytes_sec: 1 };
    expect(expected(limits, { type: 'vhostuser' })).toEqual(['qemu vda bps_rd: impossible']);
    expect(expected(limits, { hasThrottleFilters: true })).toEqual(['qemu vda bps_rd: impossible']);
    expect(expected({}, { type: 'vhostuser' })).toEqual([]);
    expect(expected(limits, { device: 'lun' })).toEqual(['qemu vda bps_rd: impossible']);
    expect(expected({}, { hasThrottleFilters: true })).toEqual([]);
  });

  it('is not asked of an empty drive', () => {
    const { source: _, ...empty } = vda;
    const wanted = wantedLimits({ kind: 'disk', target: 'vda' }, {}, undefined);
    expect(expectQemu(wanted, { ...empty, device: 'cdrom' })).toEqual([]);
    const defined = wantedLimits({ kind: 'disk', target: 'vda' }, { read_bytes_sec: 1_000_000 }, undefined);
    expect(expectQemu(defined, { ...empty, device: 'cdrom' })).toEqual([]);
    expect(expectQemu(defined, vda)).not.toEqual([]);
  });
});

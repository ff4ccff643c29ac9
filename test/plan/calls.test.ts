import { describe, expect, it } from 'vitest';
import type { Limits } from '../../src/domain/tuning.ts';
import { forwardCalls, type HeldBefore, undoAfterRun, undoCalls } from '../../src/plan/calls.ts';
import { diffLimits } from '../../src/plan/diff.ts';
import type { Step } from '../../src/plan/plan.ts';

const noIoTune = {
  total_bytes_sec: 0,
  read_bytes_sec: 0,
  write_bytes_sec: 0,
  total_iops_sec: 0,
  read_iops_sec: 0,
  write_iops_sec: 0,
  total_bytes_sec_max: 0,
  read_bytes_sec_max: 0,
  write_bytes_sec_max: 0,
  total_iops_sec_max: 0,
  read_iops_sec_max: 0,
  write_iops_sec_max: 0,
  total_bytes_sec_max_length: 0,
  read_bytes_sec_max_length: 0,
  write_bytes_sec_max_length: 0,
  total_iops_sec_max_length: 0,
  read_iops_sec_max_length: 0,
  write_iops_sec_max_length: 0,
  size_iops_sec: 0,
};

/** Before: nothing but what libvirt defined. */
const nothing: HeldBefore = { kernel: {}, ovs: () => ({}), tc: () => ({ inbound: false, outbound: false }) };

function step(device: Step['device'], before: Limits, after: Limits, enforcer?: Step['enforcer']): Step {
  const changes = diffLimits(before, after, {});
  return { scope: 'live', device, before, after, changes, ...(enforcer && { enforcer }) };
}

describe('the calls of a cpu step', () => {
  it('are one per parameter, only for what differs', () => {
    const cpu = step(
      { kind: 'cpu' },
      { cpu_shares: 512 },
      { cpu_shares: 512, vcpu_quota: 5000, vcpu_period: 10000 },
    );
    expect(forwardCalls(cpu)).toEqual([
      { kind: 'scheduler', parameters: { vcpu_quota: 5000 } },
      { kind: 'scheduler', parameters: { vcpu_period: 10000 } },
    ]);
  });

  it('take a quota away with -1, since 0 does nothing on a running domain', () => {
    const cpu = step({ kind: 'cpu' }, { vcpu_quota: 5000 }, {});
    expect(forwardCalls(cpu)).toEqual([{ kind: 'scheduler', parameters: { vcpu_quota: -1 } }]);
  });

  it('are undone with what the kernel had where the definition had nothing', () => {
    const cpu = step({ kind: 'cpu' }, {}, { cpu_shares: 512, vcpu_quota: 5000, vcpu_period: 10000 });
    expect(undoCalls(cpu, { ...nothing, kernel: { cpu_shares: 100, vcpu_period: 100000 } })).toEqual([
      { kind: 'scheduler', parameters: { vcpu_period: 100000 } },
      { kind: 'scheduler', parameters: { vcpu_quota: -1 } },
      { kind: 'scheduler', parameters: { cpu_shares: 100 } },
    ]);
  });
});

describe('the calls of a disk step', () => {
  const disk = step({ kind: 'disk', target: 'vda' }, { total_iops_sec: 70 }, { read_bytes_sec: 1000000 });

  it('send all 19 numbers, because libvirt resets what is left out of a family', () => {
    expect(forwardCalls(disk)).toEqual([
      { kind: 'block-io-tune', target: 'vda', parameters: { ...noIoTune, read_bytes_sec: 1000000 } },
    ]);
  });

  it('are undone with all 19 numbers of before', () => {
    expect(undoCalls(disk, nothing)).toEqual([
      { kind: 'block-io-tune', target: 'vda', parameters: { ...noIoTune, total_iops_sec: 70 } },
    ]);
  });
});

describe('the calls of a disk that shares a bucket', () => {
  const vda = { kind: 'disk', target: 'vda' } as const;
  const call = (parameters: object) => ({ kind: 'block-io-tune', target: 'vda', parameters });
  const shared = { total_iops_sec: 70, group_name: 'gold' };

  it('name the group along with the numbers', () => {
    expect(forwardCalls(step(vda, {}, shared))).toEqual([
      call({ ...noIoTune, total_iops_sec: 70, group_name: 'gold' }),
    ]);
  });

  it('do not name it when nothing is limited any more: libvirt refuses that', () => {
    expect(forwardCalls(step(vda, shared, {}))).toEqual([call(noIoTune)]);
  });

  it('clear the disk first when it leaves the group and stays limited, since libvirt keeps a group left out', () => {
    expect(undoCalls(step(vda, { total_iops_sec: 70 }, shared), nothing)).toEqual([
      call(noIoTune),
      call({ ...noIoTune, total_iops_sec: 70 }),
    ]);
  });

  it('clear it too when only QEMU has it in a group, which it keeps as long as it is limited', () => {
    const foreign = { parameter: 'group_name', reason: 'enforcer', knob: 'qemu vda group' } as const;
    const limits = { total_iops_sec: 70 };
    expect(forwardCalls({ ...step(vda, limits, limits), changes: [foreign] })).toEqual([
      call(noIoTune),
      call({ ...noIoTune, total_iops_sec: 70 }),
    ]);
  });
});

describe('the calls of an interface step', () => {
  const mac = '52:54:00:00:00:01';
  const limits = { 'inbound.average': 1000, 'inbound.peak': 2000, 'inbound.burst': 512 };

  it('send both directions, the one without a limit as 0', () => {
    expect(forwardCalls(step({ kind: 'interface', mac }, {}, limits, 'tap'))).toEqual([
      { kind: 'interface', mac, parameters: { ...limits, 'outbound.average': 0 } },
    ]);
  });

  it('clear an Open vSwitch port first when a peak or burst goes away, since libvirt leaves them in OVSDB', () => {
    const after = { 'inbound.average': 1000, 'inbound.peak': 1000 };
    expect(forwardCalls(step({ kind: 'interface', mac }, limits, after, 'ovs'))).toEqual([
      { kind: 'interface', mac, parameters: { 'inbound.average': 0, 'outbound.average': 0 } },
      { kind: 'interface', mac, parameters: { ...after, 'outbound.average': 0 } },
    ]);
  });

  it('clear an Open vSwitch port first when tc lost what its database has, since nothing would change otherwise', () => {
    const lost = { parameter: 'inbound.peak', before: 2000, after: 2000, reason: 'enforcer' } as const;
    const repair: Step = { ...step({ kind: 'interface', mac }, limits, limits, 'ovs'), changes: [lost] };
    expect(forwardCalls(repair)).toEqual([
      { kind: 'interface', mac, parameters: { 'inbound.average': 0, 'outbound.average': 0 } },
      { kind: 'interface', mac, parameters: { ...limits, 'outbound.average': 0 } },
    ]);
  });

  it('are undone in the same order: cleared, then set', () => {
    const without = { 'inbound.average': 1000, 'inbound.peak': 1000 };
    expect(undoCalls(step({ kind: 'interface', mac }, without, limits, 'ovs'), nothing)).toEqual([
      { kind: 'interface', mac, parameters: { 'inbound.average': 0, 'outbound.average': 0 } },
      { kind: 'interface', mac, parameters: { ...without, 'outbound.average': 0 } },
    ]);
  });

  it('do not clear a plain tap first: that would open it for a moment', () => {
    const after = { 'inbound.average': 1000 };
    expect(forwardCalls(step({ kind: 'interface', mac }, limits, after, 'tap'))).toHaveLength(1);
  });
});

describe('the calls of an ethernet tap that is limited as a port of Open vSwitch', () => {
  const device = { kind: 'interface', mac: '52:54:00:00:00:03' } as const;
  const dev = 'tap3';
  const limits = { 'inbound.average': 1000, 'inbound.peak': 1000 };
  const libvirts = (parameters: object) => ({
    kind: 'interface',
    mac: device.mac,
    parameters: { 'inbound.average': 0, 'outbound.average': 0, ...parameters },
  });
  const set = {
    kind: 'ovs-set',
    dev,
    limits: { inbound: { 'min-rate': 8_000_000, 'max-rate': 8_000_000 } },
  };
  const native = { ...step(device, {}, limits, 'ovs-native'), dev };
  const repair: Step = {
    ...native,
    before: limits,
    changes: [{ parameter: 'inbound.average', before: 1000, after: 1000, reason: 'enforcer' }],
  };

  it("are libvirt's before ours, since its tc state has to go", () => {
    expect(forwardCalls(native)).toEqual([libvirts(limits), { kind: 'ovs-detach', dev }, set]);
  });

  it('leave libvirt alone when only the enforcer has lost them', () => {
    expect(forwardCalls(repair)).toEqual([{ kind: 'ovs-detach', dev }, set]);
  });

  it('are undone with the rows that were ours before', () => {
    const before = { ...nothing, ovs: () => set.limits };
    expect(undoCalls(native, before)).toEqual([libvirts({}), { kind: 'ovs-detach', dev }, set]);
  });

  const given = { kind: 'ovs-set', dev, limits: {} };

  it("are undone with libvirt's limits at last where they were in tc", () => {
    expect(undoCalls(repair, { ...nothing, tc: () => ({ inbound: true, outbound: false }) })).toEqual([
      { kind: 'ovs-detach', dev },
      given,
      libvirts(limits),
    ]);
  });

  it('are undone without what Open vSwitch had removed before, in that direction alone', () => {
    expect(undoCalls(repair, nothing)).toEqual([set, libvirts(limits), given]);
    const both = { 'inbound.average': 1000, 'outbound.average': 2000, 'outbound.burst': 256 };
    const policed = { kind: 'ovs-set', dev, limits: { outbound: { rate: 16_000, burst: 2048 } } };
    const shapedBefore = { ...nothing, tc: () => ({ inbound: true, outbound: false }) };
    expect(undoCalls({ ...native, before: both }, shapedBefore)).toEqual([policed, libvirts(both), given]);
  });

  it('are undone in the order of every other tap where libvirt had no limit', () => {
    expect(undoCalls(native, nothing)).toEqual([{ kind: 'ovs-detach', dev }, given, libvirts({})]);
  });

  it('are undone in the database alone when the run of the domain has ended', () => {
    expect(undoAfterRun(repair, nothing)).toEqual([
      { kind: 'ovs-detach', dev },
      { kind: 'ovs-set', dev, limits: {} },
    ]);
    expect(undoAfterRun(step(device, {}, limits, 'tap'), nothing)).toEqual([]);
  });
});

describe('the calls of a memory step', () => {
  it('set what changes in one call, and lift a limit with the number that means none', () => {
    const memory = step(
      { kind: 'memory' },
      { soft_limit: 5, swap_hard_limit: 9 },
      { hard_limit: 7, swap_hard_limit: 9 },
    );
    expect(forwardCalls(memory)).toEqual([
      { kind: 'memory', parameters: { soft_limit: 9_007_199_254_740_991, hard_limit: 7 } },
    ]);
    expect(undoCalls(memory, nothing)).toEqual([
      { kind: 'memory', parameters: { soft_limit: 5, hard_limit: 9_007_199_254_740_991 } },
    ]);
  });
});

describe('the calls of block I/O steps', () => {
  it("set a weight, and put back the kernel's own, whatever libvirt read back", () => {
    const blkio = step({ kind: 'blkio' }, { weight: 136 }, { weight: 700 });
    expect(forwardCalls(blkio)).toEqual([{ kind: 'blkio', parameters: { weight: 700 } }]);
    expect(undoCalls(blkio, { ...nothing, kernel: { weight: 500 } })).toEqual([
      { kind: 'blkio', parameters: { weight: 500 } },
    ]);
    expect(undoCalls(blkio, nothing)).toEqual([{ kind: 'blkio', parameters: { weight: 136 } }]);
  });

  it('set the limits of a device one by one, with 0 for none', () => {
    const device = step(
      { kind: 'host-device', path: '/dev/sda' },
      { device_read_bytes_sec: 5 },
      { device_read_bytes_sec: 0, device_write_iops_sec: 6 },
    );
    expect(forwardCalls(device)).toEqual([
      { kind: 'blkio', parameters: { device_read_bytes_sec: '/dev/sda,0' } },
      { kind: 'blkio', parameters: { device_write_iops_sec: '/dev/sda,6' } },
    ]);
    expect(undoCalls(device, nothing)).toEqual([
      { kind: 'blkio', parameters: { device_read_bytes_sec: '/dev/sda,5' } },
      { kind: 'blkio', parameters: { device_write_iops_sec: '/dev/sda,0' } },
    ]);
  });
});

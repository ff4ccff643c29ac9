import { describe, expect, it } from 'vitest';
import { editDistance } from '../../src/intent/edit-distance.ts';
import { flavorQuota } from '../../src/intent/flavor-quota.ts';
import { nearKey } from '../../src/intent/near-key.ts';

const said = (key: string) =>
  flavorQuota({ [key]: '512' }).diagnostics.map(
    ({ severity, code, args }) => `${severity} ${code} ${args?.meant ?? '-'}`,
  );

describe('a key that a person meant for a quota, and nobody reads', () => {
  it.each([
    ['quota:cpu_share', 'quota:cpu_shares'],
    ['quota:cpu_shraes', 'quota:cpu_shares'],
    ['quota:CPU_shares', 'quota:cpu_shares'],
    ['quota:cpuShares', 'quota:cpu_shares'],
    ['quota:cpushares', 'quota:cpu_shares'],
    ['quota:cpu-shares', 'quota:cpu_shares'],
    ['quota:cpu.shares', 'quota:cpu_shares'],
    ['quota:cpu:shares', 'quota:cpu_shares'],
    ['quota:cpu_shares:x', 'quota:cpu_shares'],
    ['quota:cpu_shares:whatever', 'quota:cpu_shares'],
    ['quota: cpu_shares', 'quota:cpu_shares'],
    ['quota:cpu_shares ', 'quota:cpu_shares'],
    [' quota:cpu_shares', 'quota:cpu_shares'],
    ['quota :cpu_shares', 'quota:cpu_shares'],
    [':quota:cpu_shares', 'quota:cpu_shares'],
    ['quota::cpu_shares', 'quota:cpu_shares'],
    ['"quota:cpu_shares"', 'quota:cpu_shares'],
    ['Quota:cpu_shares', 'quota:cpu_shares'],
    ['QUOTA:CPU_SHARES', 'quota:cpu_shares'],
    ['quotas:cpu_shares', 'quota:cpu_shares'],
    ['qouta:cpu_shares', 'quota:cpu_shares'],
    ['quota.cpu_shares', 'quota:cpu_shares'],
    ['quota_cpu_shares', 'quota:cpu_shares'],
    ['quota-cpu-shares', 'quota:cpu_shares'],
    ['quota/cpu_shares', 'quota:cpu_shares'],
    ['quotacpu_shares', 'quota:cpu_shares'],
    ['hw:quota:cpu_shares', 'quota:cpu_shares'],
    ['os:quota:cpu_shares', 'quota:cpu_shares'],
    ['quota:quota:cpu_shares', 'quota:cpu_shares'],
    ['hw:cpu_shares', 'quota:cpu_shares'],
    ['hw_cpu_shares', 'quota:cpu_shares'],
    ['libvirt:cpu_shares', 'quota:cpu_shares'],
    ['cpu_shares', 'quota:cpu_shares'],
    ['cpu_share', 'quota:cpu_shares'],
    ['ｑuota:cpu_shares', 'quota:cpu_shares'],
    ['quota:\u0441pu_shares', 'quota:cpu_shares'],
    ['quota:cpu_shares\u200b', 'quota:cpu_shares'],
    ['quota:vcpu_quota', 'quota:cpu_quota'],
    ['quota:cpu_qouta', 'quota:cpu_quota'],
    ['quota_cpu_quota', 'quota:cpu_quota'],
    ['quota:shares', 'quota:cpu_shares'],
    ['quota:disk_read_bytes', 'quota:disk_read_bytes_sec'],
    ['quota:disk_read_bytes_per_sec', 'quota:disk_read_bytes_sec'],
    ['quota:read_bytes_sec', 'quota:disk_read_bytes_sec'],
    ['quota:disk_total_iops', 'quota:disk_total_iops_sec'],
    ['quota:vif_in_average', 'quota:vif_inbound_average'],
    ['quota:net_outbound_burst', 'quota:vif_outbound_burst'],
    ['quota:vif_inbond_peak', 'quota:vif_inbound_peak'],
    ['quota:disk_total_iops_sec_max', 'virt-quota:disk_total_iops_sec_max'],
    ['quota:memory_hard_limit', 'virt-quota:memory_hard_limit'],
    ['virt_quota:emulator_quota', 'virt-quota:emulator_quota'],
    ['quota:cpu_limits', 'quota:cpu_limit'],
    ['quota:cpu_period_us', 'quota:cpu_period'],
    ['qu\u043eta:cpu_shares', 'quota:cpu_shares'],
    ['quo\u200bta:cpu_shares', 'quota:cpu_shares'],
    ['virtquota:memory_hard_limit', 'virt-quota:memory_hard_limit'],
    ['Virt-Quota:blkio_weight', 'virt-quota:blkio_weight'],
  ])('%j: %s', (key, meant) => {
    expect(said(key)).toEqual([`warning unknown-key ${meant}`]);
  });

  it.each(['quota:nonsense', 'quota:', 'Quota:nonsense', 'quota.tier', 'hw:quota:tier'])(
    '%j is told of, without a guess',
    key => expect(said(key)).toEqual(['warning unknown-key -']),
  );

  it('is read by the scheduler alone, behind the namespace of one of its filters', () => {
    const scoped = 'warning scheduler-only quota:cpu_shares';
    expect(said('aggregate_instance_extra_specs:quota:cpu_shares')).toEqual([scoped]);
    expect(said('capabilities:quota:cpu_shares')).toEqual([scoped]);
    expect(said('aggregate_instance_extra_specs:quota')).toEqual([]);
    expect(said('aggregate_instance_extra_specs:quota:tier')).toEqual([]);
  });
});

describe('what is meant as it is', () => {
  it.each([
    'hw:cpu_policy',
    'hw:cpu_thread_policy',
    'hw:cpu_sockets',
    'hw:emulator_threads_policy',
    'hw:mem_page_size',
    'hw:numa_mem.0',
    'hw:vif_multiqueue_enabled',
    'hw:locked_memory',
    'hw_rng:rate_bytes',
    'hw_rng:rate_period',
    'hw_rng:allowed',
    'hw_video:ram_max_mb',
    'os:secure_boot',
    'trait:CUSTOM_QUOTA',
    'trait:HW_CPU_SHARES',
    'resources:CUSTOM_CPU_SHARES',
    'resources1:NET_BW_EGR_KILOBIT_PER_SEC',
    'pci_passthrough:alias',
    'accel:device_profile',
    'vmware:storage_policy',
    'tenant_quota_class',
    'quota_class',
    'billing:quota_tier',
    'billing:cpu_quota',
    'tenant_cpu_quota',
    'shared',
    'average',
    'x'.repeat(300),
  ])('%s', key => expect(said(key)).toEqual([]));

  it.each(['quota:cpu_shares', 'quota:disk_read_iops_sec:x', 'quota:cpu_limit'])('%s', key =>
    expect(said(key).filter(one => one.includes('unknown-key'))).toEqual([]),
  );
});

it('a slip is a letter too much, too few, wrong, or two exchanged', () => {
  expect(editDistance('quota', 'quota', 2)).toBe(0);
  expect(editDistance('qouta', 'quota', 2)).toBe(1);
  expect(editDistance('quotas', 'quota', 2)).toBe(1);
  expect(editDistance('quta', 'quota', 2)).toBe(1);
  expect(editDistance('qzoat', 'quota', 2)).toBe(2);
  expect(editDistance('period', 'quota', 2)).toBe(3);
});

it('hostile keys take no time', () => {
  const start = performance.now();
  for (let i = 0; i < 200; i += 1) nearKey(`quota:${'quota_'.repeat(40)}${i}`);
  expect(performance.now() - start).toBeLessThan(2000);
});

import { describe, expect, it } from 'vitest';
import { ownKeys, withNamespace } from '../../src/intent/own-keys.ts';
import { ownQuota } from '../../src/intent/own-quota.ts';
import { wholeQuota } from '../../src/intent/whole-quota.ts';

/** Findings as `severity code key` and what is in them. */
function findings(specs: Readonly<Record<string, string>>): readonly string[] {
  return ownQuota(specs).diagnostics.map(({ severity, code, path, args }) =>
    `${severity} ${code} ${path} ${Object.values(args ?? {}).join(' ')}`.trim(),
  );
}

describe('the keys of our own namespace', () => {
  it('are these, and no others', () => {
    expect(ownKeys.map(entry => `${entry.key.slice('virt-quota:'.length)} ${entry.element}`)).toEqual([
      'emulator_period cputune',
      'emulator_quota cputune',
      'iothread_period cputune',
      'iothread_quota cputune',
      'global_period cputune',
      'global_quota cputune',
      'memory_hard_limit memtune',
      'memory_soft_limit memtune',
      'memory_swap_hard_limit memtune',
      'blkio_weight blkiotune',
      'blkio_device_weight blkiotune',
      'blkio_device_read_bytes_sec blkiotune',
      'blkio_device_write_bytes_sec blkiotune',
      'blkio_device_read_iops_sec blkiotune',
      'blkio_device_write_iops_sec blkiotune',
      'disk_read_bytes_sec_max iotune',
      'disk_write_bytes_sec_max iotune',
      'disk_total_bytes_sec_max iotune',
      'disk_read_iops_sec_max iotune',
      'disk_write_iops_sec_max iotune',
      'disk_total_iops_sec_max iotune',
      'disk_read_bytes_sec_max_length iotune',
      'disk_write_bytes_sec_max_length iotune',
      'disk_total_bytes_sec_max_length iotune',
      'disk_read_iops_sec_max_length iotune',
      'disk_write_iops_sec_max_length iotune',
      'disk_total_iops_sec_max_length iotune',
      'disk_size_iops_sec iotune',
      'disk_group_name iotune',
      'vif_inbound_floor bandwidth',
    ]);
  });

  it('ask for limits of what they name, each with the key that asked', () => {
    const { quota, diagnostics } = ownQuota({
      'quota:cpu_shares': '5',
      'virt-quota:emulator_quota': '50000',
      'virt-quota:memory_hard_limit': '1048576',
      'virt-quota:blkio_weight': '500',
      'virt-quota:disk_total_bytes_sec_max': '2000000',
      'virt-quota:disk_group_name': 'fast',
      'virt-quota:vif_inbound_floor': '100',
    });
    expect(diagnostics).toEqual([]);
    expect(quota).toEqual({
      cpu: { limits: { emulator_quota: 50_000 }, because: { emulator_quota: 'virt-quota:emulator_quota' } },
      memory: { limits: { hard_limit: 1_048_576 }, because: { hard_limit: 'virt-quota:memory_hard_limit' } },
      blkio: { limits: { weight: 500 }, because: { weight: 'virt-quota:blkio_weight' } },
      hostDevices: [],
      disk: {
        limits: { total_bytes_sec_max: 2_000_000 },
        because: {
          total_bytes_sec_max: 'virt-quota:disk_total_bytes_sec_max',
          group_name: 'virt-quota:disk_group_name',
        },
        groupName: 'fast',
      },
      interface: {
        limits: { 'inbound.floor': 100 },
        because: { 'inbound.floor': 'virt-quota:vif_inbound_floor' },
      },
    });
  });

  it('ask for limits of several devices of the host in one value', () => {
    const { quota } = ownQuota({
      'virt-quota:blkio_device_read_bytes_sec': '/dev/sda=1048576,/dev/disk/by-id/x-1=0',
      'virt-quota:blkio_device_write_iops_sec': '/dev/sda=100',
    });
    expect(quota?.hostDevices).toEqual([
      {
        path: '/dev/sda',
        limits: { device_read_bytes_sec: 1_048_576, device_write_iops_sec: 100 },
        because: {
          device_read_bytes_sec: 'virt-quota:blkio_device_read_bytes_sec',
          device_write_iops_sec: 'virt-quota:blkio_device_write_iops_sec',
        },
      },
      {
        path: '/dev/disk/by-id/x-1',
        limits: { device_read_bytes_sec: 0 },
        because: { device_read_bytes_sec: 'virt-quota:blkio_device_read_bytes_sec' },
      },
    ]);
  });

  it('lift a limit with 0, a quota with any negative number too', () => {
    const { quota, diagnostics } = ownQuota({
      'virt-quota:global_quota': '-5',
      'virt-quota:memory_soft_limit': '0',
    });
    expect(diagnostics).toEqual([]);
    expect([quota?.cpu.limits, quota?.memory.limits]).toEqual([{ global_quota: -1 }, { soft_limit: 0 }]);
  });

  it('change nothing where there is none of them', () => {
    expect(ownQuota({ 'quota:cpu_shares': '5', 'hw:x': '1' })).toEqual({ diagnostics: [] });
    expect('own' in wholeQuota({ 'quota:cpu_shares': '5' }).quota).toBe(false);
    expect(wholeQuota({ 'virt-quota:blkio_weight': '5' }).quota.own?.blkio.limits).toEqual({ weight: 5 });
  });
});

describe('a key in an options file', () => {
  it('gets our namespace when it has none', () => {
    const specs = withNamespace({ emulator_quota: '5', 'quota:cpu_quota': '6', 'virt-quota:x': '7' });
    expect({ ...specs }).toEqual({
      'virt-quota:emulator_quota': '5',
      'quota:cpu_quota': '6',
      'virt-quota:x': '7',
    });
  });
});

describe('a slip in our own namespace', () => {
  it.each([
    ['virt-quota:emulator_qouta', '1000', 'error unknown-own-key virt-quota:emulator_qouta'],
    [
      'virt-quota:hard_limit',
      '1000',
      'error unknown-own-key virt-quota:hard_limit virt-quota:memory_hard_limit',
    ],
    [
      'virt-quota:disk-group-name',
      'x',
      'error unknown-own-key virt-quota:disk-group-name virt-quota:disk_group_name',
    ],
    ['virt-quota:', '1', 'error unknown-own-key virt-quota:'],
    ['virt-quota:__proto__', '1', 'error unknown-own-key virt-quota:__proto__'],
    ['virt-quota:memory_hard_limit', '4G', 'error not-a-number virt-quota:memory_hard_limit'],
    ['virt-quota:memory_hard_limit', '', 'error not-a-number virt-quota:memory_hard_limit'],
    [
      'virt-quota:memory_hard_limit',
      '-1',
      'error out-of-range virt-quota:memory_hard_limit 1 9007199254740990 KiB',
    ],
    [
      'virt-quota:memory_hard_limit',
      '9007199254740991',
      'error out-of-range virt-quota:memory_hard_limit 1 9007199254740990 KiB',
    ],
    ['virt-quota:blkio_weight', '0', 'error out-of-range virt-quota:blkio_weight 1 10000'],
    ['virt-quota:blkio_weight', '10001', 'error out-of-range virt-quota:blkio_weight 1 10000'],
    [
      'virt-quota:emulator_quota',
      '999',
      'error out-of-range virt-quota:emulator_quota 1000 17592186044415 µs per period',
    ],
    [
      'virt-quota:vif_inbound_floor',
      '4294967296',
      'error out-of-range virt-quota:vif_inbound_floor 1 4294967295 kB/s',
    ],
    [
      'virt-quota:blkio_device_read_iops_sec',
      '/dev/sda=4294967296',
      'error out-of-range virt-quota:blkio_device_read_iops_sec 1 4294967295 operations/s',
    ],
    ['virt-quota:disk_group_name', '', 'error not-a-name virt-quota:disk_group_name'],
    ['virt-quota:disk_group_name', 'a\nb', 'error not-a-name virt-quota:disk_group_name'],
    ['virt-quota:disk_group_name', 'x'.repeat(256), 'error not-a-name virt-quota:disk_group_name'],
    [
      'virt-quota:emulator_period',
      '1000',
      'warning period-without-quota virt-quota:emulator_period virt-quota:emulator_quota',
    ],
  ])('%s = %s', (key, value, finding) => {
    expect(findings({ [key]: value })).toEqual([finding]);
  });

  it.each([
    '',
    '/dev/sda',
    '/dev/sda=',
    'sda=5',
    '/dev/sda=5,',
    '/dev/../sda=5',
    '/dev/s a=5',
    '/dev/sda=5=6',
    '/dev/\u0000=5',
  ])('in a list of devices: %j', value => {
    expect(findings({ 'virt-quota:blkio_device_weight': value })).toEqual([
      value === '/dev/sda='
        ? 'error not-a-number virt-quota:blkio_device_weight'
        : 'error not-a-device-list virt-quota:blkio_device_weight',
    ]);
  });

  it('may be in many devices, but not in any number of them', () => {
    const list = (count: number) => Array.from({ length: count }, (_, id) => `/dev/sd${id}=5`).join(',');
    expect(findings({ 'virt-quota:blkio_device_weight': list(64) })).toEqual([]);
    expect(findings({ 'virt-quota:blkio_device_weight': list(65) })).toHaveLength(1);
  });
});

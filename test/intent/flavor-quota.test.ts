import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Diagnostic } from '../../src/diagnostics.ts';
import { translateFragments } from '../../src/domain/fragments.ts';
import { flavorQuota } from '../../src/intent/flavor-quota.ts';
import { quotaKeys } from '../../src/intent/quota-keys.ts';

const brief = ({ severity, code, path }: Diagnostic) => `${severity} ${code} ${path}`;
const findings = (specs: Readonly<Record<string, string>>) => flavorQuota(specs).diagnostics.map(brief);

describe('m1.resquota', () => {
  it('asks for limits on cpu, disks and interfaces, each with its key', () => {
    const { quota, diagnostics } = flavorQuota({
      'quota:cpu_shares': '512',
      'quota:disk_read_bytes_sec': '1000000',
      'quota:vif_inbound_average': '32768',
      'hw:cpu_policy': 'shared',
    });
    expect(quota).toEqual({
      cpu: {
        limits: { cpu_shares: 512 },
        because: { cpu_shares: 'quota:cpu_shares' },
        emitted: { cpu_shares: '512' },
      },
      disk: {
        limits: { read_bytes_sec: 1_000_000 },
        because: { read_bytes_sec: 'quota:disk_read_bytes_sec' },
        emitted: { read_bytes_sec: '1000000' },
      },
      interface: {
        limits: { 'inbound.average': 32_768 },
        because: { 'inbound.average': 'quota:vif_inbound_average' },
        emitted: { 'inbound.average': '32768' },
      },
    });
    expect(diagnostics).toEqual([]);
  });
});

describe('a finding', () => {
  it('has the value and the range with its unit', () => {
    expect(flavorQuota({ 'quota:cpu_period': '999' }).diagnostics).toEqual([
      {
        code: 'out-of-range',
        severity: 'error',
        path: 'quota:cpu_period',
        value: '999',
        args: { min: 1000, max: 1_000_000, unit: 'µs' },
      },
    ]);
  });

  it.each<readonly [string, string, readonly string[]]>([
    ['cpu_shares', 'abc', ['error not-a-number']],
    ['cpu_shares', '', ['error not-a-number']],
    ['cpu_shares', '0', ['error out-of-range']],
    ['cpu_shares', '-5', ['error out-of-range']],
    ['cpu_shares', '262144', []],
    ['cpu_shares', '262145', ['error out-of-range']],
    ['cpu_shares', ' 1_024 ', []],
    ['cpu_quota', '-1', ['info no-limit']],
    ['cpu_quota', '-9223372036854775808', ['info no-limit']],
    ['cpu_quota', '-9223372036854775809', ['error out-of-range']],
    ['cpu_quota', '0', ['info no-limit']],
    ['cpu_quota', '999', ['error out-of-range']],
    ['cpu_quota', '1000', []],
    ['cpu_quota', '17592186044415', []],
    ['cpu_quota', '17592186044416', ['error out-of-range']],
    ['cpu_period', '0', ['info no-limit']],
    ['cpu_period', '-1', ['error out-of-range']],
    ['cpu_period', '100000', ['warning period-without-quota']],
    ['disk_read_bytes_sec', '1000000000000000', []],
    ['disk_read_bytes_sec', '1000000000000001', ['error out-of-range']],
    ['disk_read_bytes_sec', '99999999999999999999', ['error out-of-range']],
    ['disk_read_bytes_sec', '-1', ['error out-of-range']],
    ['disk_read_bytes_sec', '10MB', ['error not-a-number']],
    ['disk_read_bytes_sec', '5 ', ['error not-a-number']],
    ['disk_read_bytes_sec', ' 5', []],
    ['disk_read_bytes_sec', '', ['warning no-limit']],
    ['disk_read_bytes_sec', '0', ['info no-limit']],
    ['vif_inbound_average', '0', ['info no-limit']],
    ['vif_inbound_average', '', ['warning no-limit']],
    ['vif_inbound_average', '4294967296', []],
    ['vif_inbound_average', '50331648000', ['error out-of-range']],
    ['vif_outbound_average', '50331648000', []],
    ['vif_outbound_average', '18446744073709551615', ['error out-of-range']],
    ['vif_outbound_peak', '65536', ['warning needs-average']],
    ['vif_inbound_burst', 'abc', ['warning needs-average']],
    ['memory_limit', '5', ['warning vmware-only']],
    ['cpu_share', '5', ['warning unknown-key']],
    ['', '5', ['warning unknown-key']],
    ['cpu_shares:x', '5', ['warning unknown-key']],
    ['disk_read_iops_sec:x', '5', ['warning extra-scope']],
  ])('on quota:%s=%j', (name, value, expected) => {
    expect(findings({ [`quota:${name}`]: value })).toEqual(expected.map(one => `${one} quota:${name}`));
  });

  // 32768 kB/s for 10 ms are 327,680 bytes, 320 KiB. One packet is 1500 bytes, more than 1 KiB.
  it.each<readonly [string, string, string, readonly string[]]>([
    ['inbound', '32768', '320', []],
    ['inbound', '32768', '319', ['burst-below-rate 320 KiB']],
    ['outbound', '32768', '319', ['burst-below-rate 320 KiB']],
    ['outbound', '32768', '1', ['burst-below-mtu 320 KiB']],
    ['inbound', '100', '1', ['burst-below-mtu 2 KiB']],
    ['inbound', '100', '2', []],
    ['outbound', '1', '2', []],
    ['outbound', '32768', '0', []],
    ['outbound', '1', '0', ['burst-below-mtu 2 kB/s']],
    ['outbound', '1', '', []],
    ['outbound', '2', '0', []],
    ['inbound', '1', '0', []],
  ])('of %s traffic at %s kB/s on a burst of %s KiB', (direction, average, burst, expected) => {
    const specs = {
      [`quota:vif_${direction}_average`]: average,
      [`quota:vif_${direction}_burst`]: burst,
    };
    const said = flavorQuota(specs).diagnostics.filter(one => one.code.startsWith('burst-below'));
    expect(said.map(({ code, args }) => `${code} ${args?.min} ${args?.unit}`)).toEqual(expected);
    expect(said.filter(one => one.severity !== 'warning')).toEqual([]);
  });

  it('on a key without its namespace says which was meant', () => {
    expect(flavorQuota({ cpu_shares: '5' }).diagnostics).toMatchObject([
      { args: { meant: 'quota:cpu_shares' } },
    ]);
    expect(findings({ '': '5', other: '1', 'hw:cpu_policy': 'x' })).toEqual([]);
  });

  it('is made for each total beside read and write', () => {
    const specs = {
      total_bytes_sec: '5',
      read_bytes_sec: '1',
      write_bytes_sec: '1',
      total_iops_sec: '0',
      read_iops_sec: '3',
    };
    const found = flavorQuota(
      Object.fromEntries(Object.entries(specs).map(([key, value]) => [`quota:disk_${key}`, value])),
    );
    expect(found.diagnostics.filter(one => one.severity === 'error')).toMatchObject([
      {
        code: 'total-with-read-write',
        path: 'quota:disk_total_bytes_sec',
        args: { other: 'quota:disk_read_bytes_sec' },
      },
      {
        code: 'total-with-read-write',
        path: 'quota:disk_total_bytes_sec',
        args: { other: 'quota:disk_write_bytes_sec' },
      },
    ]);
  });

  it.each<readonly [string, Readonly<Record<string, string>>, readonly string[]]>([
    [
      'a peak that libvirt ignores',
      { outbound_average: '5', outbound_peak: '9' },
      ['warning outbound-peak-ignored quota:vif_outbound_peak'],
    ],
    [
      'a peak below the average',
      { inbound_average: '5', inbound_peak: '4' },
      ['warning peak-below-average quota:vif_inbound_peak'],
    ],
    [
      'a burst that tc cannot be told',
      { inbound_average: '99999', inbound_burst: '4194304' },
      ['error burst-too-large quota:vif_inbound_burst'],
    ],
    [
      'a burst of more than 274 s',
      { inbound_average: '1', inbound_burst: '268' },
      ['warning burst-too-large quota:vif_inbound_burst'],
    ],
    ['a burst of less than 274 s', { inbound_average: '1', inbound_burst: '267' }, []],
    [
      'a peak on an average of 0',
      { inbound_average: '0', inbound_peak: '4' },
      ['info no-limit quota:vif_inbound_average', 'warning needs-average quota:vif_inbound_peak'],
    ],
    [
      'an empty average beside another',
      { inbound_average: '', outbound_average: '5' },
      ['error not-a-number quota:vif_inbound_average'],
    ],
  ])('on %s', (_, vif, expected) => {
    expect(
      findings(Object.fromEntries(Object.entries(vif).map(([key, value]) => [`quota:vif_${key}`, value]))),
    ).toEqual(expected);
  });

  it('comes for everything at once, in the order of the extra specs', () => {
    expect(
      findings({
        'quota:vif_outbound_peak': '5',
        'quota:nonsense': '1',
        'quota:disk_read_iops_sec': '1',
        'quota:disk_read_iops_sec:x': '2',
        'quota:cpu_shares': 'abc',
        'quota:vif_limit': '3',
      }),
    ).toEqual([
      'warning needs-average quota:vif_outbound_peak',
      'warning unknown-key quota:nonsense',
      'warning overridden quota:disk_read_iops_sec',
      'warning extra-scope quota:disk_read_iops_sec:x',
      'error not-a-number quota:cpu_shares',
      'warning vmware-only quota:vif_limit',
    ]);
  });
});

describe('what libvirt does not understand is not a limit', () => {
  it('but still what Nova writes', () => {
    const { quota } = flavorQuota({ 'quota:disk_read_bytes_sec': '10MB', 'quota:disk_write_bytes_sec': '5' });
    expect(quota.disk.limits).toEqual({ write_bytes_sec: 5 });
    expect(quota.disk.emitted).toEqual({ read_bytes_sec: '10MB', write_bytes_sec: '5' });
  });

  it('and an explicit 0 is one that takes away', () => {
    const { quota } = flavorQuota({
      'quota:cpu_quota': '0',
      'quota:disk_read_bytes_sec': '',
      'quota:vif_inbound_average': '0',
    });
    expect([quota.cpu.limits, quota.disk.limits, quota.interface.limits]).toEqual([
      { vcpu_quota: 0 },
      { read_bytes_sec: 0 },
      { 'inbound.average': 0 },
    ]);
  });
});

it('a negative quota stays the number it is, as far as a number can hold it', () => {
  const limit = (value: string) => flavorQuota({ 'quota:cpu_quota': value }).quota.cpu.limits.vcpu_quota;
  expect([limit('-5'), limit('-9223372036854775808')]).toEqual([-5, -1]);
});

describe('whatever the extra specs', () => {
  const key = fc.oneof(
    fc.constantFrom(...quotaKeys.map(one => one.key)),
    fc.constantFrom(...quotaKeys.map(one => one.key)).map(one => `${one}:x`),
    fc.string({ unit: 'binary' }),
    fc.constantFrom('__proto__', 'constructor', 'quota:', 'quota:__proto__', ':', ''),
  );
  const value = fc.oneof(fc.string({ unit: 'binary' }), fc.integer().map(String), fc.bigInt().map(String));

  it('they are read, every finding names one of them, and XML comes of it', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(key, value)), pairs => {
        const specs = Object.assign(Object.create(null), Object.fromEntries(pairs));
        const { quota, diagnostics } = flavorQuota(specs);
        for (const found of diagnostics) expect(Object.keys(specs)).toContain(found.path);
        for (const xml of Object.values(translateFragments(quota)))
          expect(xml).toMatch(/^<(\w+)>[\s\S]*<\/\1>$/);
        for (const { limits } of Object.values(quota)) {
          for (const limit of Object.values(limits)) expect(Number.isSafeInteger(limit)).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });
});

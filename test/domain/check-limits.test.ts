import { describe, expect, it } from 'vitest';
import { checkLimits } from '../../src/domain/check-limits.ts';
import type { Limits } from '../../src/domain/tuning.ts';

const disk = { kind: 'disk', target: 'vda' } as const;

// Each was tried with QEMU 7.2: what has a finding here did not start.
describe('limits of a disk taken together', () => {
  it.each<readonly [Limits, readonly string[]]>([
    [{}, []],
    [{ total_bytes_sec: 1, read_iops_sec: 1, size_iops_sec: 4096 }, []],
    [{ total_bytes_sec: 1, write_bytes_sec: 1 }, ['total-with-read-write disk vda/total_bytes_sec']],
    [{ total_bytes_sec: 0, write_bytes_sec: 1 }, []],
    [
      { read_iops_sec: 1, total_iops_sec: 1, total_iops_sec_max: 2, read_iops_sec_max: 2 },
      ['total-with-read-write disk vda/total_iops_sec', 'total-with-read-write disk vda/total_iops_sec_max'],
    ],
    [{ read_bytes_sec_max: 5 }, ['needs-base disk vda/read_bytes_sec_max']],
    [{ read_bytes_sec: 6, read_bytes_sec_max: 5 }, ['max-below-base disk vda/read_bytes_sec_max']],
    [{ read_bytes_sec: 5, read_bytes_sec_max: 5 }, []],
    [{ read_bytes_sec: 5, read_bytes_sec_max_length: 5 }, ['needs-base disk vda/read_bytes_sec_max_length']],
    [{ read_bytes_sec: 5, read_bytes_sec_max_length: 1 }, []],
    [{ read_bytes_sec: 5, read_bytes_sec_max: 6, read_bytes_sec_max_length: 5 }, []],
    [
      { read_bytes_sec: 5, read_bytes_sec_max: 500_000_000_000_000, read_bytes_sec_max_length: 3 },
      ['out-of-range disk vda/read_bytes_sec_max_length'],
    ],
    [{ total_bytes_sec: 1, group_name: 'gold' }, []],
    [{ total_bytes_sec: 0, group_name: 'gold' }, ['needs-base disk vda/group_name']],
    [{ total_bytes_sec: 1, size_iops_sec: 1 }, ['needs-base disk vda/size_iops_sec']],
  ])('%o', (limits, expected) => {
    const found = checkLimits(disk, limits);
    expect(found.map(one => `${one.code} ${one.path}`)).toEqual(expected);
    expect(found.every(one => one.severity === 'error')).toBe(true);
  });

  it('are no matter for cpu and interfaces', () => {
    expect(checkLimits({ kind: 'cpu' }, { cpu_shares: 1 })).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import { checkGroups } from '../../src/domain/check-groups.ts';
import type { IoTune } from '../../src/domain/iotune.ts';

const asked = (target: string, limits: IoTune) => ({ target, limits, isAsked: true });
const other = (target: string, limits: IoTune) => ({ target, limits, isAsked: false });
const gold = { total_iops_sec: 5, group_name: 'gold' };

describe('disks that share a throttle group', () => {
  it('may have the same limits, a 0 being no limit', () => {
    expect(checkGroups([asked('vda', gold), asked('vdb', { ...gold, read_bytes_sec: 0 })])).toEqual([]);
  });

  it('may not differ: the first difference of each disk from the first one is named', () => {
    const disks = [
      other('vda', gold),
      asked('vdb', { ...gold, total_iops_sec: 6 }),
      asked('vdc', { total_bytes_sec: 1, group_name: 'gold' }),
    ];
    expect(checkGroups(disks)).toEqual([
      {
        code: 'group-differs',
        severity: 'error',
        path: 'disk vdb/group_name',
        value: 'gold',
        args: { other: 'disk vda', parameter: 'total_iops_sec', here: 6, there: 5 },
      },
      {
        code: 'group-differs',
        severity: 'error',
        path: 'disk vdc/group_name',
        value: 'gold',
        args: { other: 'disk vda', parameter: 'total_bytes_sec', here: 1, there: 0 },
      },
    ]);
  });

  it('are looked at only when one of them is set, and apart from other groups and disks of their own', () => {
    expect(checkGroups([other('vda', gold), other('vdb', { ...gold, total_iops_sec: 6 })])).toEqual([]);
    expect(
      checkGroups([asked('vda', gold), asked('vdb', { total_iops_sec: 6, group_name: 'silver' })]),
    ).toEqual([]);
    expect(checkGroups([asked('vda', { total_iops_sec: 1 }), asked('vdb', { total_iops_sec: 2 })])).toEqual(
      [],
    );
  });
});

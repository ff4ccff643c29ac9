import { describe, expect, it } from 'vitest';
import { diffLimits } from '../../src/plan/diff.ts';

describe('the difference between two sets of limits', () => {
  it('is empty between a set and itself', () => {
    const limits = { cpu_shares: 512, vcpu_quota: 50000, vcpu_period: 100000 };
    expect(diffLimits(limits, limits, {})).toEqual([]);
  });

  it('names before, after and the key that asked', () => {
    const changes = diffLimits({ cpu_shares: 300 }, { cpu_shares: 512 }, { cpu_shares: 'quota:cpu_shares' });
    expect(changes).toEqual([
      { parameter: 'cpu_shares', before: 300, after: 512, because: 'quota:cpu_shares', reason: 'definition' },
    ]);
  });

  it('leaves out what was not set before, and what is taken away', () => {
    expect(diffLimits({ read_bytes_sec: 1 }, { write_bytes_sec: 2 }, {})).toEqual([
      { parameter: 'read_bytes_sec', before: 1, reason: 'definition' },
      { parameter: 'write_bytes_sec', after: 2, reason: 'definition' },
    ]);
  });

  it('counts a throttle group like a limit', () => {
    expect(diffLimits({ group_name: 'gold' }, { group_name: 'silver' }, {})).toEqual([
      { parameter: 'group_name', before: 'gold', after: 'silver', reason: 'definition' },
    ]);
    expect(diffLimits({ group_name: 'gold' }, { group_name: 'gold' }, {})).toEqual([]);
    expect(diffLimits({}, { group_name: 'gold' }, { group_name: 'qos_specs:group_name' })).toEqual([
      { parameter: 'group_name', after: 'gold', because: 'qos_specs:group_name', reason: 'definition' },
    ]);
  });

  it.each([
    ['an absent quota and a negative one', {}, { vcpu_quota: -1 }],
    ['a negative quota and libvirt’s largest', { vcpu_quota: -1 }, { vcpu_quota: 17_592_186_044_415 }],
    ['a quota of 0 and an absent one', { vcpu_quota: 0 }, {}],
    ['an iotune of 0 and an absent one', { total_iops_sec: 0 }, {}],
    ['an average of 0 and an absent one', {}, { 'inbound.average': 0 }],
  ])('does not tell apart %s', (_, before, after) => {
    expect(diffLimits(before, after, {})).toEqual([]);
  });
});

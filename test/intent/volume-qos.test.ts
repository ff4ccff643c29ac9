import { describe, expect, it } from 'vitest';
import { novaWritesBandwidth } from '../../src/intent/nova-vif.ts';
import { type VolumeQos, volumeQuota } from '../../src/intent/volume-qos.ts';

const front = (specs: VolumeQos['specs'], sizeGiB = 10) =>
  volumeQuota({ specs, sizeGiB, consumer: 'front-end' });
const brief = (specs: VolumeQos['specs']) =>
  front(specs).diagnostics.map(one => `${one.severity} ${one.code} ${one.path}`);

describe("a volume's QoS", () => {
  it('is for the storage back end unless it says otherwise', () => {
    const { quota, diagnostics } = volumeQuota({ specs: { read_iops_sec: '5' }, sizeGiB: 1 });
    expect(quota).toEqual({ limits: {}, emitted: {} });
    expect(diagnostics).toEqual([
      { code: 'back-end-only', severity: 'info', path: 'read_iops_sec', value: '5' },
    ]);
  });

  it('has numbers and what Nova makes of them', () => {
    expect(front({ read_iops_sec_per_gb: '3', write_bytes_sec: '0500' }).quota).toEqual({
      connectionSpecs: { read_iops_sec: '30', write_bytes_sec: '0500' },
      limits: { read_iops_sec: 30, write_bytes_sec: 500 },
      emitted: { read_iops_sec: '30', write_bytes_sec: '0500' },
    });
  });

  it.each<readonly [VolumeQos['specs'], readonly string[]]>([
    [{ read_iops_sec: 'abc' }, ['error not-a-number read_iops_sec']],
    [{ read_iops_sec: '1000000000000001' }, ['error out-of-range read_iops_sec']],
    [{ read_iops_sec_per_gb: '-5' }, ['info no-limit read_iops_sec']],
    [{ read_iops_sec: '-5' }, ['error out-of-range read_iops_sec']],
    [{ read_iops_sec: '' }, ['info no-limit read_iops_sec']],
    [
      { read_iops_sec_per_gb: '1', read_iops_sec_per_gb_min: 'x' },
      ['error not-a-number read_iops_sec_per_gb_min'],
    ],
    [
      { read_iops_sec_per_gb: '', read_iops_sec_max: 'x' },
      ['error not-a-number read_iops_sec_per_gb', 'error not-a-number read_iops_sec_max'],
    ],
    [
      { group_name: 'g', read_iops_sec_max_length: '5' },
      ['warning unknown-key group_name', 'warning unknown-key read_iops_sec_max_length'],
    ],
  ])('%o', (specs, expected) => {
    expect(brief(specs)).toEqual(expected);
  });
});

describe('Nova writes a bandwidth', () => {
  it.each([
    ['ovs', 'normal', true],
    ['bridge', undefined, true],
    ['macvtap', 'macvtap', true],
    ['hw_veb', 'direct', true],
    ['ovs', 'direct', false],
    ['ovs', 'vdpa', false],
    ['ovs', 'remote-managed', false],
    ['vhostuser', 'normal', false],
    ['tap', undefined, false],
    ['midonet', undefined, false],
    ['hostdev_physical', 'direct-physical', false],
  ])('for a port %s %s: %s', (vifType, vnicType, expected) => {
    expect(novaWritesBandwidth({ vifType, ...(vnicType && { vnicType }) })).toBe(expected);
  });
});

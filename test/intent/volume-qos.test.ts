import { describe, expect, it } from 'vitest';
import { renderIoTune } from '../../src/domain/fragments.ts';
import { type VolumeQos, volumeQuota } from '../../src/intent/volume-qos.ts';

const front = (specs: VolumeQos['specs'], sizeGiB = 10) =>
  volumeQuota({ specs, sizeGiB, consumer: 'front-end' });
const brief = (specs: VolumeQos['specs']) =>
  front(specs).diagnostics.map(one => `${one.severity} ${one.code} ${one.path}`);

describe("a volume's QoS", () => {
  it('is for the storage back end unless it says otherwise', () => {
    const { quota, diagnostics } = volumeQuota({ specs: { read_iops_sec: '5' }, sizeGiB: 1 });
    expect(quota).toEqual({ limits: {}, because: {}, emitted: {} });
    expect(diagnostics).toEqual([
      { code: 'back-end-only', severity: 'info', path: 'read_iops_sec', value: '5' },
    ]);
  });

  it('has numbers and what Nova makes of them', () => {
    expect(front({ read_iops_sec_per_gb: '3', write_bytes_sec: '0500' }).quota).toEqual({
      connectionSpecs: { read_iops_sec: '30', write_bytes_sec: '0500' },
      limits: { read_iops_sec: 30, write_bytes_sec: 500 },
      because: {
        read_iops_sec: 'qos_specs:read_iops_sec_per_gb',
        write_bytes_sec: 'qos_specs:write_bytes_sec',
      },
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
    [{ maxIOPS: '5' }, ['warning unknown-key maxIOPS']],
    [
      { group_name: 'g', read_iops_sec_max_length: '5' },
      ['warning dropped-by-nova group_name', 'warning dropped-by-nova read_iops_sec_max_length'],
    ],
  ])('%o', (specs, expected) => {
    expect(brief(specs)).toEqual(expected);
  });
});

describe('the extras of a volume, which Nova drops', () => {
  const extra = (specs: VolumeQos['specs']) => volumeQuota({ specs, consumer: 'both' }, { extras: true });

  it('are limits when they are wanted', () => {
    const { quota, diagnostics } = extra({
      total_iops_sec: '5',
      total_iops_sec_max: '9',
      total_iops_sec_max_length: '3',
      group_name: 'gold & silver',
    });
    expect(quota.limits).toEqual({
      total_iops_sec: 5,
      total_iops_sec_max: 9,
      total_iops_sec_max_length: 3,
      group_name: 'gold & silver',
    });
    expect(quota.because.group_name).toBe('qos_specs:group_name');
    expect(diagnostics).toEqual([]);
    expect(renderIoTune(quota.emitted)).toBe(
      '<iotune><total_iops_sec>5</total_iops_sec><total_iops_sec_max>9</total_iops_sec_max>' +
        '<group_name>gold &amp; silver</group_name><total_iops_sec_max_length>3</total_iops_sec_max_length></iotune>',
    );
  });

  it.each(['', 'a\nb', 'x'.repeat(256), '\ud800'])('have a name that is one: %j is none', name => {
    expect(extra({ group_name: name }).diagnostics).toEqual([
      { code: 'not-a-name', severity: 'error', path: 'group_name', value: name },
    ]);
  });
});

describe('a value per GiB', () => {
  it('needs the size of the volume', () => {
    const specs = { read_iops_sec_per_gb: '3', total_bytes_sec_per_gb: 'x' };
    expect(volumeQuota({ specs, consumer: 'front-end' }).diagnostics).toEqual([
      { code: 'needs-size', severity: 'error', path: 'read_iops_sec_per_gb', value: '3' },
      { code: 'needs-size', severity: 'error', path: 'total_bytes_sec_per_gb', value: 'x' },
    ]);
  });
});

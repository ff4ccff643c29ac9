import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseVolumeQos } from '../../src/intent/volume-qos-text.ts';
import { parseYaml } from '../../src/intent/yaml-text.ts';

const samples = join(import.meta.dirname, '../../samples/volumes');

const gold = {
  read_bytes_sec: '200000000',
  read_bytes_sec_max: '400000000',
  read_iops_sec_per_gb: '30',
  read_iops_sec_per_gb_min: '500',
  read_iops_sec_max: '5000',
  size_iops_sec: '16384',
};

describe('every sample is the same QoS', () => {
  const files = readdirSync(samples);

  it.each(files)('%s', file => {
    const { name, qos, diagnostics } = parseVolumeQos(readFileSync(join(samples, file), 'utf8'), parseYaml);
    expect({ ...qos.specs }).toEqual(gold);
    expect([name, qos.consumer, diagnostics]).toEqual(['gold', 'front-end', []]);
  });

  it('in five forms', () => expect(files).toHaveLength(5));
});

describe('a QoS', () => {
  it("that does not say who enforces it would be the storage back end's", () => {
    const { qos, diagnostics } = parseVolumeQos('{"total_iops_sec": 5}');
    expect(qos.consumer).toBeUndefined();
    expect(diagnostics).toEqual([{ code: 'no-consumer', severity: 'warning', path: 'consumer' }]);
  });

  it('has values, or findings: null is none, as in Nova', () => {
    const { qos, diagnostics } = parseVolumeQos(
      '{"consumer": "both", "properties": {"total_iops_sec": null, "read_iops_sec": [], "write_iops_sec": 7}}',
    );
    expect({ ...qos.specs }).toEqual({ write_iops_sec: '7' });
    expect(diagnostics).toEqual([
      { code: 'not-a-scalar', severity: 'warning', path: 'total_iops_sec', args: { type: 'null' } },
      { code: 'not-a-scalar', severity: 'error', path: 'read_iops_sec', args: { type: 'list' } },
    ]);
  });

  it.each([
    ['[]', /must be an object, and is a list/],
    ['{"qos_specs": []}', /must be an object, and is a list/],
    [
      '{"consumer": "nobody", "specs": {}}',
      /'consumer' must be front-end, back-end or both, and is 'nobody'/,
    ],
    ['{"consumer": "both", "specs": 5}', /'specs' must be an object/],
    ['{"name": "m1.small", "vcpus": 4}', /is no volume QoS/],
    ['total_iops_sec: 5', /is YAML, for which no parser was given/],
  ])('that is none is refused: %s', (text, message) => {
    expect(() => parseVolumeQos(text)).toThrow(message);
  });
});

import { describe, expect, it } from 'vitest';
import { readBulkRequest } from '../../src/intent/bulk-request.ts';

const specsOf = (extraSpecs: string) => {
  const { request, diagnostics } = readBulkRequest(`{"id": 1, "extra_specs": ${extraSpecs}}`, 1);
  return {
    specs: { ...request?.extraSpecs },
    findings: diagnostics.map(one => `${one.severity} ${one.code} ${one.path}`),
  };
};

describe('a line', () => {
  it('has a flavor and, where there is one, a volume', () => {
    const line =
      '{"id": "a", "extra_specs": {"hw:x": "1"}, "vcpus": 2, "qos_specs": {"read_iops_sec": "5"}, "volume_size_gb": 10, "consumer": "both"}\r';
    expect(readBulkRequest(line, 1)).toEqual({
      id: 'a',
      request: {
        extraSpecs: { 'hw:x': '1' },
        volume: { specs: { read_iops_sec: '5' }, sizeGiB: 10, consumer: 'both' },
      },
      diagnostics: [],
    });
  });

  it('may say null for what it need not say, and more than is read', () => {
    const line =
      '{"id": 7, "extra_specs": {}, "vcpus": null, "qos_specs": null, "volume_size_gb": null, "consumer": null, "name": 1}';
    expect(readBulkRequest(line, 1)).toEqual({ id: 7, request: { extraSpecs: {} }, diagnostics: [] });
  });

  it("means the hypervisor's limits when it gives a volume's specs without a consumer", () => {
    const { request } = readBulkRequest('{"id": 7, "extra_specs": {}, "qos_specs": {}}', 1);
    expect(request?.volume?.consumer).toBe('front-end');
  });

  it.each<readonly [string, string, string]>([
    ['{"id": 1', 'unreadable line 17', 'it is not JSON at line 17, column 9: the text ends too early'],
    ['"text"', 'wrong-type line 17', "'text'"],
    ['[]', 'wrong-type line 17', 'a list'],
    ['null', 'wrong-type line 17', 'null'],
    [
      `{"id": 1, "extra_specs": {"a": ${'['.repeat(70)}${']'.repeat(70)}}}`,
      'unreadable line 17',
      'more than 64 levels',
    ],
    ['{"extra_specs": {}}', 'missing line 17', 'id'],
    ['{"id": null, "extra_specs": {}}', 'missing line 17', 'id'],
    ['{"id": 1.5, "extra_specs": {}}', 'wrong-type line 17/id', '1.5'],
    ['{"id": 12345678901234567890, "extra_specs": {}}', 'wrong-type line 17/id', 'whole number'],
    ['{"id": {}, "extra_specs": {}}', 'wrong-type line 17/id', 'an object'],
    ['{"id": 1}', 'missing line 17', 'extra_specs'],
    ['{"id": 1, "extra_specs": []}', 'wrong-type line 17/extra_specs', 'a list'],
    ['{"id": 1, "extra_specs": {}, "vcpus": 0}', 'wrong-type line 17/vcpus', '0'],
    ['{"id": 1, "extra_specs": {}, "vcpus": "2"}', 'wrong-type line 17/vcpus', "'2'"],
    ['{"id": 1, "extra_specs": {}, "qos_specs": 5}', 'wrong-type line 17/qos_specs', '5'],
    [
      '{"id": 1, "extra_specs": {}, "qos_specs": {}, "volume_size_gb": -1}',
      'wrong-type line 17/volume_size_gb',
      '-1',
    ],
    [
      '{"id": 1, "extra_specs": {}, "qos_specs": {}, "consumer": "me"}',
      'wrong-type line 17/consumer',
      "'me'",
    ],
  ])('%s cannot be read', (text, expected, detail) => {
    const { request, diagnostics } = readBulkRequest(text, 17);
    expect(request).toBeUndefined();
    expect(diagnostics.map(one => `${one.code} ${one.path}`)).toEqual([expected]);
    expect(JSON.stringify(diagnostics)).toContain(detail);
  });

  it('that cannot be read keeps its id, and says all that is wrong', () => {
    const { id, diagnostics } = readBulkRequest('{"id": "x", "extra_specs": 1, "vcpus": true}', 1);
    expect([id, diagnostics.length]).toEqual(['x', 2]);
  });
});

describe('the values', () => {
  it('that are numbers stay as they are written', () => {
    expect(specsOf('{"a": 1e3, "b": 1.0, "c": 12345678901234567890, "d": -0, "e": "5"}')).toEqual({
      specs: { a: '1e3', b: '1.0', c: '12345678901234567890', d: '-0', e: '5' },
      findings: [],
    });
  });

  it('of a key given twice: the last counts, in the place of the first, with and without numbers', () => {
    for (const last of ['"3"', '3']) {
      const { specs } = specsOf(`{"quota:a": "1", "b": "2", "quota:a": ${last}}`);
      expect(Object.entries(specs)).toEqual([
        ['quota:a', '3'],
        ['b', '2'],
      ]);
    }
  });

  it('may have keys that mean something to JavaScript', () => {
    for (const value of ['"1"', '1']) {
      const { request } = readBulkRequest(
        `{"id": 1, "extra_specs": {"__proto__": ${value}, "toString": "2"}}`,
        1,
      );
      expect(Object.entries(request?.extraSpecs ?? {})).toEqual([
        ['__proto__', '1'],
        ['toString', '2'],
      ]);
    }
  });

  it('that are null are left out as Nova leaves out None; of a cpu key Nova cannot make a number', () => {
    expect(
      specsOf(
        '{"quota:disk_read_iops_sec": null, "quota:cpu_shares": null, "hw:x": null, "quota:vif_inbound_average": "5"}',
      ),
    ).toEqual({
      specs: { 'quota:vif_inbound_average': '5' },
      findings: [
        'warning not-a-scalar quota:disk_read_iops_sec',
        'error not-a-scalar quota:cpu_shares',
        'warning not-a-scalar hw:x',
      ],
    });
  });

  it('that are null win over an earlier key for the same limit', () => {
    expect(
      specsOf('{"quota:disk_read_iops_sec:x": "7", "quota:disk_read_iops_sec": null, "hw:x": "1"}').specs,
    ).toEqual({ 'hw:x': '1' });
  });

  it('that are lists or objects are left out', () => {
    expect(specsOf('{"quota:cpu_shares": [5], "hw:x": {}}')).toEqual({
      specs: {},
      findings: ['error not-a-scalar quota:cpu_shares', 'warning not-a-scalar hw:x'],
    });
  });

  it.each([
    ['{"read_iops_sec_per_gb": "5", "read_iops_sec_per_gb_min": null}', ['error read_iops_sec_per_gb_min']],
    ['{"read_iops_sec_per_gb": "5", "read_iops_sec_max": null}', ['error read_iops_sec_max']],
    ['{"read_iops_sec": "5", "read_iops_sec_max": null}', ['warning read_iops_sec_max']],
    [
      '{"write_iops_sec_per_gb": "5", "read_iops_sec_per_gb_min": null}',
      ['warning read_iops_sec_per_gb_min'],
    ],
    ['{"minIOPS_per_gb": null}', ['warning minIOPS_per_gb']],
  ])('of a volume, %s, fail where Cinder makes a number of them', (specs, found) => {
    const { diagnostics } = readBulkRequest(
      `{"id": 1, "extra_specs": {}, "qos_specs": ${specs}, "volume_size_gb": 1}`,
      1,
    );
    expect(diagnostics.map(one => `${one.severity} ${one.path}`)).toEqual(found);
  });

  it('of a volume that are null are left out too, but Cinder cannot scale them', () => {
    const specs = '{"read_iops_sec": null, "write_iops_sec_per_gb": null, "total_bytes_sec": 5}';
    const { request, diagnostics } = readBulkRequest(
      `{"id": 1, "extra_specs": {}, "qos_specs": ${specs}}`,
      1,
    );
    expect({ ...request?.volume?.specs }).toEqual({ total_bytes_sec: '5' });
    expect(diagnostics.map(one => `${one.severity} ${one.code} ${one.path}`)).toEqual([
      'warning not-a-scalar read_iops_sec',
      'error not-a-scalar write_iops_sec_per_gb',
    ]);
  });
});

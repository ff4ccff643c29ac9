import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { jsonFormat, jsonlFormat } from '../../../src/report/audit/json.ts';
import { yamlFormat } from '../../../src/report/audit/yaml.ts';
import { all, idle, rendered, whole } from './reports.ts';

const document = {
  schemaVersion: 1,
  kind: 'audit',
  host: { driver: 'QEMU', uri: 'qemu:///system', libvirtVersion: 9_000_000 },
  at: '2026-11-20T20:29:33.517Z',
};

describe.each([
  ['JSON', jsonFormat, JSON.parse],
  ['YAML', yamlFormat, (text: string) => parse(text, { maxAliasCount: 0 })],
] as const)('%s', (_, format, read) => {
  it('is the report, made piece by piece', () => {
    const summary = {
      domains: 6,
      limits: 6,
      proved: 2,
      outcomes: { pass: 1, fail: 2, inconclusive: 1 + 1, 'not-applicable': 1 },
    };
    // Through JSON, which says what is left out as what is not there.
    const domains = JSON.parse(JSON.stringify(all));
    expect(read(rendered(format, all))).toEqual({ ...document, domains, summary });
  });

  it('is a document without domains as well', () => {
    const summary = { domains: 0, limits: 0, proved: 0, outcomes: {} };
    expect(read(rendered(format, []))).toEqual({ ...document, domains: [], summary });
    expect(read(rendered(format, [], { head: {} }))).toEqual({
      schemaVersion: 1,
      kind: 'audit',
      domains: [],
      summary,
    });
  });

  it('refers to nothing twice, though one object stands in two places', () => {
    expect(() => read(rendered(format, [whole, whole]))).not.toThrow();
  });
});

describe('JSON lines', () => {
  it('is a document a line', () => {
    const lines = rendered(jsonlFormat, [whole, idle]).split('\n');
    expect(lines.pop()).toBe('');
    expect(lines.map(line => JSON.parse(line))).toEqual([whole, idle]);
  });
});

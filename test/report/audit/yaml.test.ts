import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { jsonFormat, jsonlFormat } from '../../../src/report/audit/json.ts';
import { sarifFormat } from '../../../src/report/audit/sarif.ts';
import { yamlFormat } from '../../../src/report/audit/yaml.ts';
import { all, hostile, idle, rendered, whole } from './reports.ts';

const document = {
  schemaVersion: 1,
  kind: 'audit',
  host: { driver: 'QEMU', uri: 'qemu:///system', libvirtVersion: 9_000_000 },
  at: '2026-11-20T20:29:33.517Z',
};

/** Half of a character, of which YAML can only tell. */
const asText = '\\\\ud800';

describe.each([
  ['JSON', jsonFormat, JSON.parse, '\\ud800'],
  ['YAML', yamlFormat, (text: string) => parse(text, { maxAliasCount: 0 }), asText],
  ['YAML 1.1', yamlFormat, (text: string) => parse(text, { maxAliasCount: 0, version: '1.1' }), asText],
] as const)('%s', (_, format, read, half) => {
  it('is the report, made piece by piece', () => {
    const summary = {
      domains: 9,
      limits: 6 + 1,
      proved: 2 + 1,
      lostAtRestart: 1,
      notRunning: { limits: 1, proved: 1 },
      outcomes: { pass: 1 + 1 + 1, fail: 2, inconclusive: 1 + 1, 'not-applicable': 1, gone: 1 },
      nextStart: { fail: 1 },
    };
    // Through JSON, which says what is left out as what is not there.
    const domains = JSON.parse(JSON.stringify(all).replaceAll('\\ud800', half));
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

describe('YAML, whoever reads it', () => {
  it.each(['no', '52:54:00:12:34:56', '0x10', '1_000', '2026-11-20', '~', 'on', '1e3', '=', '<<', '0o17'])(
    '%s is text',
    name => {
      const domain = { name, uuid: '00000000-0000-4000-8000-000000000001' };
      const unread = { schemaVersion: 1, kind: 'domain-audit', domain, outcome: 'inconclusive' } as const;
      const text = rendered(yamlFormat, [{ ...unread, error: { code: name, message: name } }]);
      expect(text).toContain(`name: "${name}"\n`);
    },
  );

  it('has nothing that ends a line but line feeds, and no text on two lines', () => {
    const text = rendered(yamlFormat, [hostile]);
    expect(text).not.toMatch(/[\r\u0085\u2028\u2029\ud800]/);
    expect(text.split('\n').filter(line => line.includes('calc') && !line.includes('end"'))).toEqual([]);
  });
});

describe('what a terminal would obey', () => {
  const name = 'a\u007f\u0080\u009b\u009f\u202e\u061c\u{e0041}b';
  const domain = { name, uuid: '00000000-0000-4000-8000-000000000001' };
  const unread = { schemaVersion: 1, kind: 'domain-audit', domain, outcome: 'inconclusive' } as const;
  const report = { ...unread, error: { code: 'refused', message: 'no' } } as const;

  it('is escaped in YAML, as PyYAML reads it', () => {
    expect(rendered(yamlFormat, [report])).toContain(
      'name: "a\\u007f\\u0080\\u009b\\u009f\\u202e\\u061c\\U000e0041b"\n',
    );
  });

  it('is escaped in YAML also where it is all that is odd', () => {
    const soft = { ...report, domain: { ...domain, name: '-\u00ad1' } };
    expect(rendered(yamlFormat, [soft])).toContain('name: "-\\u00ad1"\n');
    const filler = { ...report, domain: { ...domain, name: 'web\u3164\u034f' } };
    expect(rendered(yamlFormat, [filler])).toContain('name: "web\\u3164\\u034f"\n');
  });

  it('is text in YAML where it is half of a character, for which libyaml knows no escape', () => {
    const half = { ...report, domain: { ...domain, name: 'a\ud800b' } };
    expect(rendered(yamlFormat, [half])).toContain(`name: ${String.raw`a\ud800b`}\n`);
  });

  it('is no merge of keys in YAML', () => {
    const merging = { ...domain, '<<': { name: 'other' } };
    const text = rendered(yamlFormat, [{ ...report, domain: merging }]);
    expect(text).toContain('"<<":\n');
    expect(parse(text, { version: '1.1', merge: true }).domains[0].domain.name).toBe(name);
  });

  it('is escaped in JSON and SARIF', () => {
    const shown = '"name":"a\\u007f\\u0080\\u009b\\u009f\\u202e\\u061c\\udb40\\udc41b"';
    expect(rendered(jsonlFormat, [report])).toContain(shown);
    expect(rendered(jsonFormat, [report])).toContain(shown.replace(':', ': '));
    expect(rendered(sarifFormat, [report])).toContain(shown);
  });
});

describe('JSON lines', () => {
  it('is a document a line', () => {
    const lines = rendered(jsonlFormat, [whole, idle]).split('\n');
    expect(lines.pop()).toBe('');
    expect(lines.map(line => JSON.parse(line))).toEqual([whole, idle]);
  });
});

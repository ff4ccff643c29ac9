import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { QuotaError } from '../../src/errors.ts';
import { flavorFromProperties, parseFlavor } from '../../src/intent/flavor.ts';
import { parseYaml } from '../../src/intent/yaml-text.ts';

const samples = join(import.meta.dirname, '../../samples/flavors');

const resquota = {
  'quota:cpu_shares': '512',
  'quota:cpu_period': '100000',
  'quota:cpu_quota': '50000',
  'quota:disk_read_bytes_sec': '1000000',
  'quota:disk_write_bytes_sec': '1024000',
  'quota:vif_inbound_average': '32768',
  'quota:vif_inbound_peak': '65536',
  'quota:vif_inbound_burst': '131072',
  'quota:vif_outbound_average': '32768',
  'quota:vif_outbound_peak': '65536',
  'quota:vif_outbound_burst': '131072',
};

describe('every sample is the same flavor', () => {
  const files = readdirSync(samples);

  it.each(files)('%s', file => {
    const { flavor, diagnostics } = parseFlavor(readFileSync(join(samples, file), 'utf8'), parseYaml);
    expect({ ...flavor.extraSpecs }).toEqual(resquota);
    expect([flavor.name, flavor.vcpus, diagnostics]).toEqual(['m1.resquota', 4, []]);
  });

  it('in seven forms', () => expect(files).toHaveLength(7));
});

const specs = (text: string) => ({ ...parseFlavor(text, parseYaml).flavor.extraSpecs });

describe('JSON', () => {
  it.each([
    ['extra specs as the API answers for them alone', '{"extra_specs": {"quota:cpu_shares": "5"}}'],
    [
      'extra specs and nothing around them',
      '{"quota:cpu_shares": "5", "ram": 1, "OS-FLV-DISABLED:disabled": false}',
    ],
    ["an extension's prefix", '{"flavor": {"OS-FLV-WITH-EXT-SPECS:extra_specs": {"quota:cpu_shares": 5}}}'],
    ['a number', '{"properties": {"quota:cpu_shares": 5}}'],
    ['a byte order mark and white space', '\ufeff \n{"properties": {"quota:cpu_shares": "5"}}\n'],
  ])('with %s', (_, text) => {
    expect(specs(text)).toEqual({ 'quota:cpu_shares': '5' });
  });

  it('keeps the text of numbers', () => {
    expect(
      specs('{"extra_specs": {"a:b": 18446744073709551615, "c:d": 1.50, "e:f": 1e3, "g:h": true}}'),
    ).toEqual({
      'a:b': '18446744073709551615',
      'c:d': '1.50',
      'e:f': '1e3',
      'g:h': 'true',
    });
  });

  it('reports each value that is not text or number', () => {
    const { flavor, diagnostics } = parseFlavor(
      '{"extra_specs": {"quota:cpu_shares": [5], "hw:x": {}, "quota:cpu_quota": null, "quota:cpu_period": "5"}}',
    );
    expect({ ...flavor.extraSpecs }).toEqual({ 'quota:cpu_period': '5' });
    expect(diagnostics).toEqual([
      { code: 'not-a-scalar', severity: 'error', path: 'quota:cpu_shares', args: { type: 'list' } },
      { code: 'not-a-scalar', severity: 'warning', path: 'hw:x', args: { type: 'object' } },
      { code: 'not-a-scalar', severity: 'error', path: 'quota:cpu_quota', args: { type: 'null' } },
    ]);
  });

  it('may have keys that mean something to JavaScript', () => {
    const found = specs('{"extra_specs": {"__proto__": "1", "constructor": "2", "quota:cpu_shares": "5"}}');
    expect(Object.entries(found)).toEqual([
      ['__proto__', '1'],
      ['constructor', '2'],
      ['quota:cpu_shares', '5'],
    ]);
  });

  it.each([
    ['{"flavor": ', /line 1, column 12: the text ends too early/],
    ['{"a": 1,}', /line 1, column 9: text in double quotes was expected/],
    ['{"extra_specs":\n  {quota: 5}}', /line 2, column 4/],
    ['{"a": 01}', /line 1, column 8: ',' or '}'/],
    ['{"a": nul}', /line 1, column 7: a value was expected/],
    ['{"a": "\n"}', /line 1, column 7/],
    ['{"a" 1}', /':' was expected/],
    ['[1, 2', /the text ends too early/],
    ['{} {}', /nothing more was expected/],
    ['[]', /must be an object, and is a list/],
    ['"text"', /must be an object, and is a text/],
    ['{"other": 1}', /no flavor: it has neither 'extra_specs' nor 'properties' nor a quota: key/],
    ['{}', /no flavor/],
    ['{"flavor": 5}', /must be an object, and is a number/],
    ['{"extra_specs": 5}', /'extra_specs' must be an object/],
    ['{"properties": "quota:cpu_shares=512"}', /'properties' is not key='value'/],
    [`{"a": ${'['.repeat(100_000)}`, /more than 64 levels/],
    [`{"a": "${'x'.repeat(1_100_000)}"}`, /too large/],
  ])('that cannot be used is one error: %#', (text, message) => {
    expect(() => parseFlavor(text)).toThrow(QuotaError);
    expect(() => parseFlavor(text)).toThrow(message);
  });
});

describe("the properties of Pike's client", () => {
  it.each([
    ["quota:cpu_shares='512'", { 'quota:cpu_shares': '512' }],
    ["a:b='1', c:d='it's'", { 'a:b': '1', 'c:d': "it's" }],
    ["a:b='1, 2', c:d=''", { 'a:b': '1, 2', 'c:d': '' }],
    ['', {}],
  ])('%s', (text, expected) => {
    expect(specs(JSON.stringify({ properties: text }))).toEqual(expected);
  });
});

describe('lines of key=value', () => {
  it('may have comments, quotes, space, and --property before them', () => {
    const text =
      '# half a core\r\n\r\n quota:cpu_quota = 50000\n--property quota:cpu_shares="5 "\nname=m1\nid=7\nvcpus=2\n';
    const { flavor } = parseFlavor(text);
    expect({ ...flavor, extraSpecs: { ...flavor.extraSpecs } }).toEqual({
      name: 'm1',
      id: '7',
      vcpus: 2,
      extraSpecs: { 'quota:cpu_quota': '50000', 'quota:cpu_shares': '5 ' },
    });
  });

  it.each(['abc', 'a=1\n\nabc', '=5', 'a b c'])('and nothing else: %j', text => {
    expect(() => parseFlavor(text)).toThrow(/neither JSON nor YAML nor key=value lines at line \d/);
  });
});

describe('what the shell form prints', () => {
  it.each([
    [
      `name="a \\"b\\""\nproperties="{'quota:cpu_shares': '5', 'x:y': 'it\\'s'}"`,
      { 'quota:cpu_shares': '5', 'x:y': "it's" },
    ],
    [`properties="quota:cpu_shares='5', x:y='z'"`, { 'quota:cpu_shares': '5', 'x:y': 'z' }],
    [`{'quota:cpu_shares': 512, u'hw:x': None}`, { 'quota:cpu_shares': '512' }],
  ])('%s', (text, expected) => {
    expect(specs(text)).toEqual(expected);
  });
});

describe('YAML', () => {
  it('is only read with a parser for it, which most callers need not load', () => {
    expect(() => parseFlavor('quota:cpu_shares: 5')).toThrow(/is YAML, for which no parser was given/);
  });

  it('keeps what is written: no number changes its base or its digits', () => {
    expect(
      specs('properties:\n  a:b: 0x10\n  c:d: 010\n  e:f: 18446744073709551615\n  g:h: True\n  i:j: "5"\n'),
    ).toEqual({ 'a:b': '0x10', 'c:d': '010', 'e:f': '18446744073709551615', 'g:h': 'True', 'i:j': '5' });
  });

  it('reports what is no value, as JSON does', () => {
    const { diagnostics } = parseFlavor(
      'extra_specs:\n  quota:cpu_shares: [5]\n  quota:cpu_quota:\n',
      parseYaml,
    );
    expect(diagnostics).toEqual([
      { code: 'not-a-scalar', severity: 'error', path: 'quota:cpu_shares', args: { type: 'list' } },
      { code: 'not-a-scalar', severity: 'error', path: 'quota:cpu_quota', args: { type: 'null' } },
    ]);
  });
});

describe("a domain's XML", () => {
  it('is read by somebody else', () => {
    expect(() => parseFlavor('<domain/>')).toThrow(/is XML, which is not expected here/);
  });
});

describe('properties of the command line', () => {
  it('are kept as they are, and the last one counts', () => {
    const { flavor } = flavorFromProperties([
      'quota:cpu_shares= 5=',
      'quota:cpu_quota=1',
      'quota:cpu_shares=6',
    ]);
    expect(Object.entries(flavor.extraSpecs)).toEqual([
      ['quota:cpu_quota', '1'],
      ['quota:cpu_shares', '6'],
    ]);
  });

  it('need a key and a =', () => {
    expect(() => flavorFromProperties(['quota:cpu_shares'])).toThrow(/'quota:cpu_shares' is not KEY=VALUE/);
    expect(() => flavorFromProperties(['=5'])).toThrow(/not KEY=VALUE/);
  });
});

describe('whatever the text', () => {
  const readsOrRefuses = (text: string) => {
    try {
      parseFlavor(text, parseYaml);
    } catch (error) {
      expect(error).toBeInstanceOf(QuotaError);
    }
  };

  it('it is read or refused', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), readsOrRefuses));
    fc.assert(fc.property(fc.string(), text => readsOrRefuses(`{"properties": ${JSON.stringify(text)}}`)));
    fc.assert(fc.property(fc.json(), readsOrRefuses));
    fc.assert(fc.property(fc.string(), text => readsOrRefuses(`a: ${text}`)));
    fc.assert(fc.property(fc.string(), text => readsOrRefuses(`{'${text}': '${text}'}`)));
  });

  it('JSON keeps every key and value', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.string()), found => {
        const { flavor } = parseFlavor(JSON.stringify({ extra_specs: found }), parseYaml);
        expect(new Map(Object.entries(flavor.extraSpecs))).toEqual(new Map(Object.entries(found)));
      }),
    );
  });
});

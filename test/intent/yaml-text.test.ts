import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { QuotaError } from '../../src/errors.ts';
import { parseYaml } from '../../src/intent/yaml-text.ts';

const read = (text: string) => parseYaml(text, 'it');

describe('YAML', () => {
  it.each<readonly [string, unknown]>([
    ['512', { number: '512' }],
    ['0x10', { number: '0x10' }],
    ['0o17', { number: '0o17' }],
    ['010', { number: '010' }],
    ['1e3', { number: '1e3' }],
    ['1_000', '1_000'],
    ['12:30:45', '12:30:45'],
    ['yes', 'yes'],
    ['True', 'True'],
    ['"512"', '512'],
    ["'it''s'", "it's"],
    ['"a\\tb"', 'a\tb'],
    ['~', null],
    ['null', null],
    ['', null],
    ['5 # five', { number: '5' }],
    ['[1, a]', [{ number: '1' }, 'a']],
    ['|\n  two\n  lines', 'two\nlines\n'],
  ])('has values as they are written: %j', (text, value) => {
    expect(read(`key: ${text}`)).toEqual(new Map([['key', value]]));
  });

  it('has keys that mean nothing to JavaScript or to YAML 1.1', () => {
    expect(read('__proto__: 1\n<<: {a: 2}\n5: x\n')).toEqual(
      new Map<string, unknown>([
        ['__proto__', { number: '1' }],
        ['<<', new Map([['a', { number: '2' }]])],
        ['5', 'x'],
      ]),
    );
  });

  it.each([
    ['a: &x 1\nb: *x', 'line 2, column 4: aliases are not read'],
    ['a: &a [*a, *a]', 'aliases are not read'],
    ['a: !!python/object:os.system x', 'line 1, column 4: unresolved tag'],
    ['a: !x 5', 'unresolved tag'],
    ['a: !!str 5', "tag 'tag:yaml.org,2002:str' is not read"],
    ['a: !!binary aGFsbG8=', 'tag'],
    ['!!str a: 5', 'a key must be a plain or quoted text'],
    ['? [a]\n: 1', 'a key must be a plain or quoted text'],
    ['a: 1\nb: 2\na: 3', "line 3, column 1: 'a' is given twice"],
    ['a: 1\n---\nb: 2', 'only one document is read'],
    ['a: [1, 2', 'line 1, column'],
    ['a: b: c', 'nested mappings are not allowed'],
    ['\ta: 1', 'tabs are not allowed'],
    ['a: "x', 'missing closing'],
  ])('that cannot be used is one error with its place: %j', (text, message) => {
    expect(() => read(text)).toThrow(QuotaError);
    expect(() => read(text)).toThrow(message);
  });

  it.each([
    ['brackets', '['.repeat(100_000)],
    ['braces', `a: ${'{a: '.repeat(100_000)}`],
    ['brackets among text that closes some', '["]", '.repeat(50_000)],
    ['dashes', '- '.repeat(100_000)],
    ['question marks', '? '.repeat(100_000)],
    ['lines', Array.from({ length: 1400 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n')],
    ['65 lists', `${'['.repeat(66)}${']'.repeat(66)}`],
  ])('nested too deep is refused, and soon: %s', (_, text) => {
    const start = performance.now();
    expect(() => read(text)).toThrow(/more than 64 levels/);
    expect(performance.now() - start).toBeLessThan(5000);
  });

  it('may have as many keys as a megabyte holds', () => {
    const text = Array.from({ length: 60_000 }, (_, index) => `k${index}: ${index}`).join('\n');
    expect((read(text) as ReadonlyMap<string, unknown>).size).toBe(60_000);
  });

  it('is read or refused, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'ab:-?[]{},#&*!|>\'"%@` \n\t') }), text => {
        try {
          read(text);
        } catch (error) {
          expect(error).toBeInstanceOf(QuotaError);
        }
      }),
      { numRuns: 500 },
    );
  });
});

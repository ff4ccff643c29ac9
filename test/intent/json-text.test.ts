import { describe, expect, it } from 'vitest';
import { parseJson } from '../../src/intent/json-text.ts';

describe('a key given twice', () => {
  it('has its last value in the place of the first, as in Python', () => {
    const parsed = parseJson('{"a": 1, "b": 2, "a": 3}', 'it');
    expect([...(parsed as ReadonlyMap<string, unknown>)]).toEqual([
      ['a', { number: '3' }],
      ['b', { number: '2' }],
    ]);
    expect(Object.entries(JSON.parse('{"a": 1, "b": 2, "a": 3}'))).toEqual([
      ['a', 3],
      ['b', 2],
    ]);
  });
});

describe('a message', () => {
  it('counts lines from the one that is said to be the first', () => {
    expect(() => parseJson('{"a" 1}', 'it', { firstLine: 17 })).toThrow(
      "it is not JSON at line 17, column 6: ':' was",
    );
    expect(() => parseJson('{"a":\n}', 'it', { firstLine: 17 })).toThrow(
      'it is not JSON at line 18, column 1: a value was',
    );
  });
});

it.each([
  ['without an end', `"${'a'.repeat(200_000)}`],
  ['with a control character at its end', `"${'a'.repeat(200_000)}\u0001"`],
  ['with escapes and without an end', `"${'a\\n'.repeat(100_000)}`],
])('a long text %s is refused at once', (_, text) => {
  const began = performance.now();
  expect(() => parseJson(text, 'it')).toThrow('it is not JSON at line 1, column 1');
  expect(performance.now() - began).toBeLessThan(2000);
});

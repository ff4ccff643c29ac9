import { describe, expect, it } from 'vitest';
import { parsePythonDict, parsePythonDicts } from '../../src/intent/python-dict.ts';

const read = (text: string) => Object.fromEntries(parsePythonDict(text, 'it'));

// As printed by Python 3.11, the second one by Python 2.7.
describe('a dict as Python prints it', () => {
  it.each<readonly [string, object]>([
    ['{}', {}],
    ["{u'a': u'b', u'c': 5}", { a: 'b', c: { number: '5' } }],
    [`{'a': "it's", "it's": 'b'}`, { a: "it's", "it's": 'b' }],
    [`{'a': '\\'"', 'b': 'x\\\\y\\n'}`, { a: `'"`, b: 'x\\y\n' }],
    ["{'a': None, 'b': True, 'c': False, 'd': -1.5}", { a: null, b: true, c: false, d: { number: '-1.5' } }],
    ["{'a': '\\xe9\\u0119'}", { a: 'éę' }],
    [" {'a': '}, x', 'a': '2'} ", { a: '2' }],
  ])('%s', (text, expected) => {
    expect(read(text)).toEqual(expected);
  });

  it.each(["{'a': ['b']}", "{'a': 'b'", "{'a'}", "{'a': 'b',}", "{'a': 'b'} x", "{'a': b}"])(
    'that holds something else is refused: %s',
    text => {
      expect(() => read(text)).toThrow(/it is not a dict of text and numbers from character \d+ on/);
    },
  );

  it('does not take long to refuse', () => {
    const start = performance.now();
    expect(() => read(`{'a': '${"\\'".repeat(400_000)}`)).toThrow(/not a dict/);
    expect(performance.now() - start).toBeLessThan(1000);
  });
});

describe('a list of dicts as Python prints it', () => {
  it.each<readonly [string, readonly object[]]>([
    ['[]', []],
    ["[{'a': 1}]", [{ a: { number: '1' } }]],
    ["[{'a': '}, {'}, {u'b': \"it's]\"} ] ", [{ a: '}, {' }, { b: "it's]" }]],
  ])('%s', (text, expected) => {
    expect(parsePythonDicts(text, 'it').map(dict => Object.fromEntries(dict))).toEqual(expected);
  });

  it.each(['', '{}', "[{'a': 1}", "[{'a': 1},]", "[{'a': 1}] x", '[1]', "[[{'a': 1}]]", "[{'a': {'b': 1}}]"])(
    'that is something else is refused: %s',
    text => {
      expect(() => parsePythonDicts(text, 'it')).toThrow(/it is not a (?:list of dicts|dict) /);
    },
  );

  it('does not take long to refuse', () => {
    const start = performance.now();
    expect(() => parsePythonDicts(`[{'a': '${"\\'".repeat(400_000)}`, 'it')).toThrow(/not a list/);
    expect(performance.now() - start).toBeLessThan(1000);
  });
});

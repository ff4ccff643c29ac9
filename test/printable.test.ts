import { describe, expect, it } from 'vitest';
import { printable, printableJson, printableLine } from '../src/printable.ts';

describe('printable text', () => {
  it.each([
    ['a control sequence', '\x1b[31mred', '\\u001b[31mred'],
    ['one in a single character', '\x9b2J', '\\u009b2J'],
    ['a bell and a backspace', 'a\x07\x08b', 'a\\u0007\\u0008b'],
    ['DEL', 'a\x7fb', 'a\\u007fb'],
    ['a carriage return that hides what stood before', 'bad\rgood', 'bad\\u000dgood'],
    ['a change of direction', '\u202etxt\u2066\u2069\u061c\u200e', '\\u202etxt\\u2066\\u2069\\u061c\\u200e'],
    ['what has no width', 'a\u200bb\u00ad\ufeff', 'a\\u200bb\\u00ad\\ufeff'],
    ['what has neither width nor sign', 'a\u3164b\u034f\u115f\ufe0f', 'a\\u3164b\\u034f\\u115f\\ufe0f'],
    ['other ends of a line', 'a\u0085b\u2028c\u2029', 'a\\u0085b\\u2028c\\u2029'],
    ['half a character', 'a\ud800b\udc00', 'a\\ud800b\\udc00'],
    ['an invisible tag beyond U+FFFF', '\u{e0041}', '\\udb40\\udc41'],
  ])('shows %s', (_, text, shown) => {
    expect(printable(text)).toBe(shown);
    expect(printableLine(text)).toBe(shown);
  });

  it('is anything else as it is, with its lines and tabs', () => {
    const text = 'ümlaut 漢字 😀 1–2 µs →\tx\nnext\r\nlast';
    expect(printable(text)).toBe(text);
    expect(printableLine('a\nb\tc\r\n')).toBe('a\\u000ab\\u0009c\\u000d\\u000a');
  });

  it('as JSON is the same value', () => {
    const value = { 'k\u009b\u2028': ['\x1b\x7f\u202e\u{e0041}\ud800\n'] };
    const json = printableJson(value, 2);
    expect(json).toBe(
      '{\n  "k\\u009b\\u2028": [\n    "\\u001b\\u007f\\u202e\\udb40\\udc41\\ud800\\n"\n  ]\n}',
    );
    expect(JSON.parse(json)).toEqual(value);
  });
});

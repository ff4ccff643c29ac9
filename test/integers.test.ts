import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseLibvirtSigned, parseLibvirtUnsigned, parsePythonInt, shortInteger } from '../src/integers.ts';

describe('a short integer', () => {
  it.each<readonly [string, number | undefined]>([
    ['0', 0],
    ['007', 7],
    ['1024', 1024],
    ['999999999999999', 999_999_999_999_999],
    ['000000000000001', 1],
    ['1000000000000000', undefined],
    ['0000000000000001', undefined],
    ['', undefined],
    ['-1', undefined],
    ['+1', undefined],
    [' 1', undefined],
    ['1 ', undefined],
    ['1_0', undefined],
    ['1.0', undefined],
    ['1/', undefined],
    ['1:', undefined],
    ['\u0661', undefined],
    ['\uff11', undefined],
  ])('of %j', (text, value) => {
    expect(shortInteger(text)).toBe(value);
  });
});

// Each pair was tried in Python 3.11.
describe("Python's int()", () => {
  it.each<readonly [string, bigint | undefined]>([
    ['0', 0n],
    ['-0', 0n],
    [' +1_024 ', 1024n],
    ['00_12', 12n],
    ['-5', -5n],
    ['\t5\n', 5n],
    ['\u00a05', 5n],
    ['\u00855', 5n],
    ['\u0661\u0660\u0662\u0664', 1024n],
    ['\uff11\uff12', 12n],
    ['\u{1d7d7}\u{1d7d7}', 99n],
    ['123456789012345678901234567890', 123456789012345678901234567890n],
    ['', undefined],
    [' ', undefined],
    ['1__0', undefined],
    ['_1', undefined],
    ['1_', undefined],
    ['+_5', undefined],
    ['+ 5', undefined],
    ['--5', undefined],
    ['0x10', undefined],
    ['1e3', undefined],
    ['1024.0', undefined],
    ['\u00b2', undefined],
    ['5\0', undefined],
    ['\ufeff5', undefined],
    ['\u200b5', undefined],
    ['\u001c5', undefined],
    ['9'.repeat(4301), undefined],
  ])('%j', (text, value) => {
    expect(parsePythonInt(text)).toBe(value);
  });
});

// Each was defined on libvirt 9.0.0.
describe("libvirt's integers in XML", () => {
  it.each<readonly [string, bigint | undefined, bigint | undefined]>([
    ['500', 500n, 500n],
    [' 500', 500n, 500n],
    ['\n500', 500n, 500n],
    ['+500', 500n, 500n],
    ['00500', 500n, 500n],
    ['-5', undefined, -5n],
    ['-0', undefined, 0n],
    ['18446744073709551615', 18446744073709551615n, undefined],
    ['18446744073709551616', undefined, undefined],
    ['-9223372036854775808', undefined, -9223372036854775808n],
    ['-9223372036854775809', undefined, undefined],
    [`${'0'.repeat(1000)}7`, 7n, 7n],
    ['9'.repeat(1_000_000), undefined, undefined],
    ['500 ', undefined, undefined],
    // Nova cannot write these, and no XML can hold them.
    ['\v500', undefined, undefined],
    ['\f500', undefined, undefined],
    ['', undefined, undefined],
    [' ', undefined, undefined],
    ['0x10', undefined, undefined],
    ['1e3', undefined, undefined],
    ['1_000', undefined, undefined],
    ['\u0665', undefined, undefined],
    ['1.0', undefined, undefined],
  ])('%j', (text, unsigned, signed) => {
    expect([parseLibvirtUnsigned(text), parseLibvirtSigned(text)]).toEqual([unsigned, signed]);
  });
});

it('no text makes a reader crash, and every number is read back', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (text, value) => {
      for (const parse of [parsePythonInt, parseLibvirtUnsigned, parseLibvirtSigned]) parse(text);
      expect(parsePythonInt(String(value))).toBe(value);
      expect(parseLibvirtUnsigned(String(value))).toBe(value);
    }),
  );
});

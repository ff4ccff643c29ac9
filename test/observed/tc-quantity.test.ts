import { describe, expect, it } from 'vitest';
import { parseTcRate, parseTcSize, printTcRate, printTcSize } from '../../src/observed/tc-quantity.ts';

describe('a rate in tc text', () => {
  it.each([
    ['262144Kbit', 32_768_000],
    ['8bit', 1],
    ['8Mbit', 1_000_000],
    ['9876Mbit', 1_234_500_000],
    ['34359Gbit', 4_294_875_000_000],
    ['1Kibit', 128],
    ['1Tbit', 125_000_000_000],
  ])('%s is %d B/s', (text, bytes) => {
    expect(parseTcRate(text)).toBe(bytes);
  });

  it.each(['', 'bit', '8', '8kbps', '-8bit', '1.5Mbit', `${'9'.repeat(40)}bit`, '8Mbit '])(
    '%j is none',
    text => {
      expect(parseTcRate(text)).toBeUndefined();
    },
  );
});

describe('a size in tc text', () => {
  it.each([
    ['128Mb', 134_217_728],
    ['1599b', 1599],
    ['0b', 0],
    ['12500Kb', 12_800_000],
    ['4.1943e+06Kb', 4_294_963_200],
    ['128Mb/1', 134_217_728],
    ['2Gb', 2_147_483_648],
    ['64Kb', 65_536],
  ])('%s is %d bytes', (text, bytes) => {
    expect(parseTcSize(text)).toBe(bytes);
  });

  it.each(['', 'b', '12', '1e+e+Kb', '1.2.3b', `${'9'.repeat(60)}b`, '1kB'])('%j is none', text => {
    expect(parseTcSize(text)).toBeUndefined();
  });
});

describe('a number as tc prints it', () => {
  it.each([
    [32_768_000, '262144Kbit'],
    [1, '8bit'],
    [1_000_000, '8Mbit'],
    [1_234_567_890, '9876Mbit'],
    [4_294_967_295_000, '34359Gbit'],
  ])('%d B/s are %s', (bytes, text) => {
    expect(printTcRate(bytes)).toBe(text);
  });

  it.each([
    [134_217_728, '128Mb'],
    [1599, '1599b'],
    [0, '0b'],
    [12_800_000, '12500Kb'],
    [4_294_966_272, '4.1943e+06Kb'],
    [4_294_958_907, '4294958907b'],
  ])('%d bytes are %s', (bytes, text) => {
    expect(printTcSize(bytes)).toBe(text);
  });
});

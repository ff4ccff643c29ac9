import { describe, expect, it } from 'vitest';
import { unitSlip } from '../../src/audit/unit-slip.ts';

describe('a value that is off by a factor of units', () => {
  it.each([
    [
      { rateBps: 32768000 },
      { rateBps: 33554432 },
      'rateBps is 1.024 times what is expected: KiB taken for kB',
    ],
    [
      { rateBps: 32768000 },
      { rateBps: 262144000 },
      'rateBps is 8 times what is expected: bytes taken for bits',
    ],
    [{ rateBps: 32768000 }, { rateBps: 4096000 }, 'rateBps is 1/8 of what is expected: bytes taken for bits'],
    [{ value: 1000000 }, { value: 1000 }, 'value is 1/1000 of what is expected: a thousand left out'],
  ])('is told from %o and %o', (expected, observed, text) => {
    expect(unitSlip({ expected, observed, differs: Object.keys(expected) })).toBe(text);
  });

  it.each([
    ['any other ratio', { rateBps: 1000 }, { rateBps: 1500 }],
    ['a value that is gone', { rateBps: 1000 }, { rateBps: 0 }],
    ['words', { quota: 'max' }, { quota: 50000 }],
  ])('is not %s', (_, expected, observed) => {
    expect(unitSlip({ expected, observed, differs: Object.keys(expected) })).toBeUndefined();
  });
});

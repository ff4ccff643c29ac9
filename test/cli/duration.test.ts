import { describe, expect, it } from 'vitest';
import { duration } from '../../src/cli/duration.ts';

describe('a duration', () => {
  it('is a number with a unit, or seconds', () => {
    expect(['10s', '500ms', '1.5m', '1h', '30', '0.25'].map(duration)).toEqual([
      10_000, 500, 90_000, 3_600_000, 30_000, 250,
    ]);
  });

  it.each([
    '',
    's',
    '-1s',
    '1e3',
    '10 s',
    '99ms',
    '25h',
    '1d',
    '0x10',
    'Infinity',
    '+5',
    ' 5',
    '05',
    '5.',
    '.5',
    '1.2.3',
    '٥',
    '1_000',
  ])('is not %j', text => {
    expect(() => duration(text)).toThrow('a time such as 10s, 500ms, 5m or 1h');
  });
});

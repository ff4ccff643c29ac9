import { describe, expect, test } from 'vitest';
import type { Effective } from '../../../src/effective/claim.ts';
import { realityOf } from './cpu-bench.ts';
import { diskReality } from './disk-oracle.ts';
import { toldNumber } from './told-number.ts';

const told = (certainty: Effective['certainty'], value?: number): Effective => ({
  device: { kind: 'cpu' },
  limited: 'outbound',
  unit: 'B/s',
  certainty,
  claims: [],
  ...(value !== undefined && { binds: { owner: 'libvirt', at: '', standing: 'binds', value } }),
});

describe('what is told of a limit, where 100 000 B/s are sent', () => {
  test.each([
    ['exactly what passes', told('exact', 32_000), 31_000, true],
    ['more than what passes', told('exact', 32_000), 16_000, false],
    ['less than what passes', told('exact', 32_000), 64_000, false],
    ['more than is sent, and all passes', told('exact', 4_000_000), 99_000, true],
    ['more than is sent, and not all passes', told('exact', 4_000_000), 31_000, false],
    ['the most, and less passes', told('at-most', 32_000), 8000, true],
    ['the most, and more passes', told('at-most', 32_000), 64_000, false],
    ['no limit, and all passes', told('none'), 99_000, true],
    ['no limit, and not all passes', told('none'), 31_000, false],
    ['nothing at all, and not all passes', undefined, 31_000, false],
    ['that it is not known', told('unknown'), 31_000, true],
    ['that only some is limited', told('partial'), 31_000, true],
  ] as const)('%s', (_, effective, given, isRight) => {
    expect(toldNumber(effective, given, 100_000).isRight).toBe(isRight);
  });
});

test.each([
  [0.1, 'held'],
  [0.12, 'held'],
  [0.2, 'past'],
  [0.95, 'past'],
  [0.05, 'stricter'],
  [0, 'unmeasured'],
])('a thread that used %f CPUs of 0.1: %s', (share, reality) => {
  expect(realityOf(share)).toBe(reality);
});

const given = { bps_rd: 1_900_000, bps_wr: 980_000, iops: 7.6 };
test.each([
  ['all as asked', {}, 'held'],
  ['reads faster', { bps_rd: 4_000_000 }, 'past'],
  ['writes slower', { bps_wr: 500_000 }, 'stricter'],
  ['reads slower, more operations', { bps_rd: 900_000, iops: 16 }, 'past'],
])('a disk, %s', (_, other, reality) => {
  expect(diskReality({ ...given, ...other })).toBe(reality);
});

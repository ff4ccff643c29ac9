import { describe, expect, test } from 'vitest';
import { judgementOf, matrixOf, reasonsLeftOpen } from './matrix.ts';
import type { Judged, Reality, Said } from './state.ts';

const judged = (said: Said, reality: Reality, reasons: readonly string[] = []): Judged => ({
  state: { number: 0, area: 'tc', slot: 0, what: [], script: [] },
  limit: 'inbound',
  said,
  reasons,
  reality,
  measured: '',
});

describe('what is said and what is so', () => {
  test.each([
    ['pass', 'held', 'right'],
    ['pass', 'past', 'lie'],
    ['pass', 'stricter', 'lie'],
    ['pass', 'partly', 'open'],
    ['pass', 'unmeasured', 'open'],
    ['fail', 'held', 'false alarm'],
    ['fail', 'past', 'right'],
    ['fail', 'stricter', 'right'],
    ['inconclusive', 'held', 'open'],
    ['inconclusive', 'past', 'open'],
    ['inconclusive', 'stricter', 'open'],
  ] as const)('%s where it is %s: %s', (said, reality, judgement) => {
    expect(judgementOf({ said, reality })).toBe(judgement);
  });

  test('is counted in a table', () => {
    const all = [
      judged('pass', 'held'),
      judged('pass', 'held'),
      judged('fail', 'past'),
      judged('inconclusive', 'stricter'),
    ];
    expect(matrixOf(all).split('\n')).toEqual([
      '                     held       past   stricter     partly unmeasured',
      'pass                    2          0          0          0          0',
      'fail                    0          1          0          0          0',
      'inconclusive            0          0          1          0          0',
    ]);
  });

  test('where it held and was left open, reasons are counted whatever the device is called', () => {
    const all = [
      judged('inconclusive', 'held', ['tap1a2b-3c filter pref 7 bpf']),
      judged('inconclusive', 'held', ['tap9d8e-7f filter pref 3 bpf']),
      judged('inconclusive', 'past', ['not counted']),
      judged('pass', 'held', ['not counted']),
      judged('inconclusive', 'held', ['something else']),
    ];
    expect(reasonsLeftOpen(all)).toEqual(['2 × DEV filter pref N bpf', '1 × something else']);
  });
});

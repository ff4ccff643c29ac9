import { describe, expect, it } from 'vitest';
import type { Expectation, KnobValues } from '../../src/verify/expectation.ts';
import { judge, summary } from '../../src/verify/judge.ts';
import type { Reading } from '../../src/verify/reading.ts';

const device = { kind: 'interface', mac: '52:54:00:00:00:01' } as const;

function expectation(changes: Partial<Expectation> = {}): Expectation {
  return {
    layer: 'tc',
    subject: 'tap0',
    knob: 'police',
    device,
    parameters: ['outbound.average'],
    because: [],
    ...changes,
  };
}

function reading(values: KnobValues | undefined, changes: Partial<Reading> = {}): Reading {
  const evidence = { source: 'tc filter show', text: 'police …' };
  return { layer: 'tc', subject: 'tap0', knob: 'police', ...(values && { values }), evidence, ...changes };
}

const rate = { expected: { rateBps: 1000, burstBytes: 500 } };

describe('a verdict', () => {
  it.each([
    ['the values are there', rate, reading({ rateBps: 1000, burstBytes: 500 }), 'pass', undefined],
    ['more values are there', rate, reading({ rateBps: 1000, burstBytes: 500, mtu: 7 }), 'pass', undefined],
    ['a value differs', rate, reading({ rateBps: 999, burstBytes: 500 }), 'fail', 'different'],
    ['a word differs', { expected: { quota: 'max' } }, reading({ quota: 5 }), 'fail', 'different'],
    ['the knob is not there', rate, reading(undefined), 'fail', 'missing'],
    [
      'it is there and something keeps it out of force',
      rate,
      reading(undefined, { idle: true }),
      'fail',
      'idle',
    ],
    ['nothing is wanted, what is there is idle', {}, reading(undefined, { idle: true }), 'pass', undefined],
    ['nothing is wanted, nothing is there', {}, reading(undefined), 'pass', undefined],
    ['nothing is wanted, something is there', {}, reading({ rateBps: 1 }), 'fail', 'unexpected'],
    ['it could not be read', rate, reading(undefined, { unreadable: 'no tc' }), 'inconclusive', 'unreadable'],
    [
      'nothing is wanted, it could not be read',
      {},
      reading(undefined, { unreadable: 'x' }),
      'inconclusive',
      'unreadable',
    ],
    ['a value was not understood', rate, reading({ rateBps: 1000 }), 'inconclusive', 'unreadable'],
    ['one was not understood, one differs', rate, reading({ rateBps: 1 }), 'fail', 'different'],
    [
      'nothing can enforce it',
      { ...rate, impossible: 'vhost-user' },
      reading({ rateBps: 1000, burstBytes: 500 }),
      'fail',
      'no-enforcement-point',
    ],
  ] as const)('when %s', (_when, changes, read, outcome, reason) => {
    const [verdict] = judge([expectation(changes)], [read]);
    expect([verdict?.outcome, verdict?.reason]).toEqual([outcome, reason]);
  });

  it('is inconclusive when nobody looked', () => {
    const [verdict] = judge([expectation()], []);
    expect(verdict).toMatchObject({
      outcome: 'inconclusive',
      reason: 'unreadable',
      detail: 'it was not read',
    });
  });

  it('says which values differ, and what was seen where', () => {
    const [verdict] = judge([expectation(rate)], [reading({ rateBps: 1000, burstBytes: 7 })]);
    expect(verdict?.differs).toEqual(['burstBytes']);
    expect(verdict?.observed).toEqual({ rateBps: 1000, burstBytes: 7 });
    expect(verdict?.evidence?.source).toBe('tc filter show');
  });

  it('allows a difference up to the tolerance and not beyond', () => {
    const tolerant = expectation({ ...rate, tolerance: { values: { burstBytes: 3 }, reason: 'rounding' } });
    const outcomes = [496, 497, 503, 504].map(
      burstBytes => judge([tolerant], [reading({ rateBps: 1000, burstBytes })])[0]?.outcome,
    );
    expect(outcomes).toEqual(['fail', 'pass', 'pass', 'fail']);
  });
});

describe('a knob that follows another one', () => {
  const column = { layer: 'ovs', subject: 'tap0', knob: 'ingress_policing_rate' } as const;
  const leader = expectation({ ...column, expected: { value: 8 } });
  const follower = expectation({ ...rate, follows: [column] });
  const outcomes = (value: number, rateBps: number) =>
    judge([leader, follower], [reading({ value }, column), reading({ rateBps, burstBytes: 500 })]).map(one =>
      `${one.outcome} ${one.reason ?? ''}`.trim(),
    );

  it.each([
    ['both hold', 8, 1000, ['pass', 'pass']],
    ['both differ: it is not judged apart', 9, 2000, ['fail different', 'not-applicable follows']],
    ['only the follower differs', 8, 2000, ['fail different']],
    ['only the leader differs', 9, 1000, ['fail different', 'pass']],
  ])('%s', (_what, value, rateBps, expected) => {
    expect(outcomes(value, rateBps).slice(-expected.length)).toEqual(expected);
  });

  it('is judged when the other one could not be read', () => {
    const readings = [
      reading(undefined, { ...column, unreadable: 'x' }),
      reading({ rateBps: 2, burstBytes: 1 }),
    ];
    expect(judge([leader, follower], readings).map(one => one.outcome)).toEqual(['inconclusive', 'fail']);
  });
});

describe('the conclusion of many verdicts', () => {
  const verdicts = (...outcomes: readonly ('pass' | 'fail' | 'inconclusive' | 'not-applicable')[]) =>
    outcomes.map(outcome => ({ expectation: expectation(), outcome }));

  it.each([
    [['pass', 'inconclusive', 'fail'], 'fail'],
    [['pass', 'inconclusive', 'not-applicable'], 'inconclusive'],
    [['pass', 'not-applicable'], 'pass'],
    [['not-applicable'], 'not-applicable'],
    [[], 'not-applicable'],
  ] as const)('%j is %s', (outcomes, overall) => {
    expect(summary(verdicts(...outcomes)).overall).toBe(overall);
  });

  it('counts', () => {
    expect(summary(verdicts('pass', 'pass', 'fail')).counts).toEqual({
      pass: 2,
      fail: 1,
      inconclusive: 0,
      'not-applicable': 0,
    });
  });
});

import { describe, expect, it } from 'vitest';
import type { AuditInput } from '../../src/audit/domain-audit.ts';
import { unitSlip } from '../../src/audit/unit-slip.ts';
import { parseTcRules } from '../../src/observed/tc-path/rule.ts';
import type { Verdict } from '../../src/verify/verdict.ts';
import { auditWith, link, mac } from './example.ts';

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
    [
      { rateBps: 32768000, ceilBps: 65536000 },
      { rateBps: 4096000, ceilBps: 8192000 },
      'rateBps is 1/8 of what is expected: bytes taken for bits',
    ],
    [{ value: 1000000 }, { value: 1000 }, 'value is 1/1000 of what is expected: a thousand left out'],
  ])('is told from %o and %o', (expected, observed, text) => {
    expect(unitSlip([{ expected, observed }])).toBe(text);
  });

  it.each([
    ['any other ratio', { rateBps: 1000 }, { rateBps: 1500 }],
    ['a value that is gone', { rateBps: 1000 }, { rateBps: 0 }],
    [
      'one of several numbers, when the others are simply other ones',
      { rateBps: 32768000, ceilBps: 65536000, burstBytes: 134217728 },
      { rateBps: 12500000, ceilBps: 12500000, burstBytes: 1048576 },
    ],
    [
      'numbers that are off by the same factor in opposite directions',
      { rateBps: 8000, ceilBps: 8000 },
      { rateBps: 1000, ceilBps: 64000 },
    ],
    [
      'one rate, when another one of the limit is right',
      { rateBps: 32768000, ceilBps: 65536000, burstBytes: 1048576 },
      { rateBps: 4096000, ceilBps: 65536000, burstBytes: 1048576 },
    ],
    ['words', { quota: 'max' }, { quota: 50000 }],
  ])('is not %s', (_, expected, observed) => {
    expect(unitSlip([{ expected, observed }])).toBeUndefined();
  });

  it('leaves a burst and a period be, which have a unit of their own', () => {
    const limits = { rateBps: 4000000, ceilBps: 8000000, burstBytes: 1048576 };
    const bits = { rateBps: 32000000, ceilBps: 64000000, burstBytes: 1048576 };
    expect(unitSlip([{ expected: limits, observed: bits }])).toContain('8 times');
    const ms = [{ factor: 1000, units: 'ms taken for µs' }];
    const quota = {
      expected: { quota: 40000, period: 100000 },
      observed: { quota: 40000000, period: 100000 },
    };
    expect(unitSlip([quota], ms)).toContain('1000 times');
  });

  it('allows each number what its reading may be off', () => {
    const expected = { rateBps: 8000, burstBytes: 8000 };
    const observed = { rateBps: 1000, burstBytes: 1015 };
    expect(unitSlip([{ expected, observed }])).toBeUndefined();
    expect(unitSlip([{ expected, observed, within: { burstBytes: 66 } }])).toContain('1/8');
  });
});

describe('the cause of a limit with wrong numbers', () => {
  const wrong = (parameter: 'average' | 'peak', value: number) =>
    ({
      expectation: {
        layer: 'live',
        subject: mac,
        knob: `outbound.${parameter}`,
        device: { kind: 'interface', mac },
        parameters: [`outbound.${parameter}`],
        because: ['quota:vif_outbound_average'],
        expected: { value: 1000 },
      },
      outcome: value === 1000 ? 'pass' : 'fail',
      reason: 'different',
      observed: { value },
    }) as const satisfies Verdict;
  const causes = (broken: readonly Verdict[], changes: Partial<AuditInput> = {}) =>
    auditWith(broken, changes).findings.map(one => one.cause);

  it('is a unit slip when average and peak are off by the same factor', () => {
    expect(causes([wrong('average', 8000), wrong('peak', 8000)])).toEqual(['unit-slip', 'unit-slip']);
  });

  it('is none when only one of both is', () => {
    expect(causes([wrong('average', 8000), wrong('peak', 1000)])).not.toContain('unit-slip');
    expect(causes([wrong('average', 8000), wrong('peak', 1500)])).not.toContain('unit-slip');
  });

  it('is none when a foreign policer stands in front', () => {
    const police = link(['tc', 'tap1', 'police'], 'outbound.average', {
      outcome: 'fail',
      reason: 'different',
      expected: { rateBps: 1_000_000 },
      observed: { rateBps: 8_000_000 },
      differs: ['rateBps'],
    });
    expect(causes([police])).toEqual(['unit-slip']);
    const own = `filter protocol all pref 49152 u32 chain 0 fh 800::800 order 2048 key ht 800 bkt 0 *flowid :1 not_in_hw
  match 00000000/00000000 at 0
 police 0x1 rate 64Mbit burst 1Mb mtu 64Kb action drop overhead 0b
`;
    const foreign = `filter protocol all pref 50 basic chain 0 handle 0x1
 police 0x2 rate 100Mbit burst 1Mb mtu 64Kb action drop overhead 0b
`;
    const taps = (text: string) => new Map([['tap1', { classes: [], ingress: parseTcRules(text) }]]);
    const facts = { ovsPorts: new Set<string>() };
    expect(causes([police], { facts: { ...facts, taps: taps(own) } })).toEqual(['unit-slip']);
    expect(causes([police], { facts: { ...facts, taps: taps(foreign + own) } })).not.toContain('unit-slip');
  });
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseHostProfile } from '../../src/intent/host-profile.ts';
import { parseRateBits } from '../../src/intent/rate.ts';

const sample = join(import.meta.dirname, '../../samples/profiles/uplink.yaml');

describe('a rate', () => {
  it.each([
    ['10gbit', 10_000_000_000],
    ['1.5 Mbit', 1_500_000],
    ['0.001kbit', 1],
    ['12.5%', 1_250_000_000],
    ['100%', 10_000_000_000],
    ['33.333%', 3_333_300_000],
    ['1000gbit', 1_000_000_000_000],
  ])('%s of 10 Gbit/s is %i bit/s', (text, bits) => {
    expect(parseRateBits(text, 10_000_000_000)).toBe(bits);
  });

  it.each(['10', '10 gb', '-1mbit', '0mbit', '0%', '1001gbit', '1e3kbit', '', '1.2345mbit'])(
    'is not %j',
    text => {
      expect(parseRateBits(text, 10_000_000_000)).toBeUndefined();
    },
  );

  it('is no percentage where there is nothing it could be of', () => {
    expect(parseRateBits('10%')).toBeUndefined();
  });
});

describe('a host profile', () => {
  it('is read with every rate in bit/s', () => {
    const { profile, diagnostics } = parseHostProfile(readFileSync(sample, 'utf8'));
    expect(diagnostics).toEqual([]);
    expect([profile.uplink, profile.rateBits]).toEqual(['eth1', 10_000_000_000]);
    expect(
      profile.classes.map(one => [one.name, one.priority, one.guaranteeBits, one.ceilingBits, one.leaf]),
    ).toEqual([
      ['voice', 0, 1_000_000_000, 2_000_000_000, 'sfq'],
      ['control', 1, 500_000_000, 10_000_000_000, 'fq_codel'],
      ['storage', 4, 4_000_000_000, 8_000_000_000, 'fq_codel'],
      ['best-effort', 3, 3_000_000_000, 10_000_000_000, 'fq_codel'],
      ['scavenger', 7, 100_000_000, 5_000_000_000, 'fq_codel'],
    ]);
    expect(profile.classes[0]?.dscp).toEqual([46, 44, 40]);
    expect(profile.classes[2]?.ports.at(-1)).toEqual({ from: 6800, to: 7300 });
    expect(profile.classes.map(one => one.isDefault)).toEqual([false, false, false, true, false]);
  });

  const voice = { name: 'voice', priority: 0, dscp: ['EF'], guarantee: '30%', ceiling: '30%' };
  const rest = { name: 'rest', default: true, guarantee: '70%' };
  const codes = (changes: object, ...classes: readonly unknown[]) =>
    parseHostProfile(
      JSON.stringify({
        uplink: 'eth1',
        rate: '1gbit',
        classes: classes.length > 0 ? classes : [voice, rest],
        ...changes,
      }),
    ).diagnostics.map(found => `${found.severity} ${found.path} ${found.code}`);

  it('may use its link up to the last bit, and 30 % of it for what goes first', () => {
    expect(codes({})).toEqual([]);
  });

  it.each([
    [
      'guarantees above the link',
      [voice, { ...rest, guarantee: '700.001mbit' }],
      ['error guarantees together min-above-max'],
    ],
    [
      'a priority class of more than 30 %',
      [
        { ...voice, guarantee: '30.1%', ceiling: '40%' },
        { ...rest, guarantee: '10%' },
      ],
      ['error guarantees of priority 0 priority-share'],
    ],
    [
      'a priority class that may take more',
      [{ ...voice, ceiling: '31%' }, rest],
      ['warning ceilings of priority 0 priority-share'],
    ],
    [
      'a guarantee above its ceiling',
      [{ ...voice, ceiling: '29%' }, rest],
      ['error classes[0].guarantee min-above-max'],
    ],
    [
      'a ceiling above the link',
      [voice, { ...rest, ceiling: '2gbit' }],
      ['error classes[1].ceiling min-above-max'],
    ],
    ['no default', [voice, { ...rest, default: false, dscp: 'CS1' }], ['error classes no-default-class']],
    ['two defaults', [{ ...voice, default: true }, rest], ['error classes[1].default duplicate-rule']],
    [
      'a class that nothing leads to',
      [voice, { ...rest, guarantee: '10%' }, { name: 'lost', guarantee: '1%' }],
      ['error classes[2] unreachable-class'],
    ],
    [
      'a code point in two classes',
      [voice, { ...rest, guarantee: '10%', dscp: ['EF'] }],
      ['error classes[1] EF duplicate-rule'],
    ],
    [
      'ports in two classes',
      [
        { ...voice, protocols: ['udp'], ports: ['5000-5100'] },
        { ...rest, protocols: ['tcp', 'udp'], ports: [5100] },
      ],
      ['error classes[1] ports duplicate-rule'],
    ],
    [
      'what one class says twice',
      [{ ...voice, dscp: ['EF', 46], protocols: ['udp', 'udp'], ports: ['5000-5100', 5060] }, rest],
      [
        'error classes[0] EF duplicate-rule',
        'error classes[0] udp duplicate-rule',
        'error classes[0] ports 5060-5060 duplicate-rule',
      ],
    ],
    [
      'two classes of one name',
      [voice, { ...rest, name: 'voice' }],
      ['error classes[1] name duplicate-rule'],
    ],
    [
      'a guarantee that no packet could live on',
      [{ ...voice, guarantee: '7.999kbit' }, rest],
      ['error classes[0].guarantee out-of-range'],
    ],
  ])('is found out: %s', (_, classes, findings) => {
    expect(codes({}, ...classes)).toEqual(findings);
  });

  it('is told a share above 30 % as one that is above it', () => {
    const profile = { uplink: 'eth1', rate: '10gbit', classes: [{ ...voice, ceiling: '40%' }, rest] };
    const first = { ...profile.classes[0], guarantee: '30.001%' };
    const { diagnostics } = parseHostProfile(
      JSON.stringify({ ...profile, classes: [first, { ...rest, guarantee: '10%' }] }),
    );
    expect(diagnostics).toMatchObject([{ code: 'priority-share', args: { share: 30.001, max: 30 } }]);
  });

  it('may have the same port in two classes for different protocols', () => {
    const ports = { ports: [53] };
    expect(
      codes({}, { ...voice, ...ports, protocols: ['udp'] }, { ...rest, ...ports, protocols: ['tcp'] }),
    ).toEqual([]);
  });

  it('has no share of priority where all have the same', () => {
    expect(codes({}, { ...voice, priority: 0, ceiling: '100%' }, { ...rest, priority: 0 })).toEqual([]);
  });

  it.each([
    [{ rate: '1000' }, ['error rate not-a-rate']],
    [{ uplink: 'eth1; reboot' }, ['error uplink unknown-choice']],
    [{ burst: '0ms' }, ['error burst unknown-choice']],
    [{ burst: '101ms' }, ['error burst unknown-choice']],
    [{ burst: 20 }, ['error burst unknown-choice']],
    [{ colour: 1 }, ['error colour unknown-field']],
    [
      { classes: [{ ...voice, dscp: ['XX', 64] }, rest] },
      ['error classes[0].dscp unknown-choice', 'error classes[0].dscp unknown-choice'],
    ],
    [{ classes: [{ ...voice, priority: 8 }, rest] }, ['error classes[0].priority unknown-choice']],
    [{ classes: [{ ...voice, guarantee: 5 }, rest] }, ['error classes[0].guarantee not-a-rate']],
    [{ classes: [{ ...voice, leaf: 'pfifo' }, rest] }, ['error classes[0].leaf unknown-choice']],
    [{ classes: [{ ...voice, ports: [80] }, rest] }, ['error classes[0].ports missing-key']],
    [{ classes: [{ ...voice, ports: [80], protocols: [] }, rest] }, ['error classes[0].ports missing-key']],
    [
      { classes: [{ ...voice, ports: [80], protocols: ['icmp'] }, rest] },
      ['error classes[0].protocols unknown-choice'],
    ],
    [{ classes: [{ ...voice, protocols: ['tcp'] }, rest] }, ['error classes[0].protocols missing-key']],
    [{ classes: [{ dscp: 'EF', guarantee: '1%' }, rest] }, ['error classes[0] missing-key']],
    [{ classes: [{ name: 'a', dscp: 'EF' }, rest] }, ['error classes[0] missing-key']],
    [{ classes: ['voice', rest] }, ['error classes[0] wrong-type']],
    [{ classes: [{ ...voice, weight: 1 }, rest] }, ['error classes[0].weight unknown-field']],
  ])('is refused with %j', (changes, findings) => {
    expect(codes(changes)).toEqual(findings);
  });

  it.each(['[]', '{"uplink": "eth1"}', '{"classes": {}}', JSON.stringify({ classes: Array(65).fill(rest) })])(
    'cannot be read from %s',
    text => {
      expect(() => parseHostProfile(text)).toThrow(expect.objectContaining({ code: 'invalid-input' }));
    },
  );
});

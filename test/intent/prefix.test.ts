import { describe, expect, it } from 'vitest';
import { parsePortRange, portMasks } from '../../src/intent/port-range.ts';
import { cidrText, parsePrefix, prefixText } from '../../src/intent/prefix.ts';

describe('a prefix', () => {
  it.each([
    ['198.51.100.0/24', '198.51.100.0/24', '198.51.100.0/24'],
    ['192.0.2.7', '192.0.2.7', '192.0.2.7/32'],
    ['0.0.0.0/0', '0.0.0.0/0', '0.0.0.0/0'],
    ['2001:DB8::/32', '2001:db8::/32', '2001:db8::/32'],
    ['::1', '::1', '::1/128'],
    ['::/0', '::/0', '::/0'],
    ['1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7:8/128'],
    ['2001:db8:0:1::/64', '2001:db8:0:1::/64', '2001:db8:0:1::/64'],
  ])('%s is printed as %s and %s', (text, short, long) => {
    const prefix = parsePrefix(text);
    expect(typeof prefix === 'string' ? prefix : [prefixText(prefix), cidrText(prefix)]).toEqual([
      short,
      long,
    ]);
  });

  it.each([
    '198.51.100.0/33',
    '198.51.100/24',
    '256.0.0.1',
    '01.2.3.4',
    '1.2.3.4/',
    '1.2.3.4/08',
    '1:2:3:4:5:6:7',
    '1::2::3',
    '1:2:3:4:5:6:7:8::',
    ':::',
    '12345::',
    '::1/129',
    'example.com',
    '',
    '1.2.3.4; drop',
    '::ffff:1.2.3.4',
  ])('%j is none', text => {
    expect(parsePrefix(text)).toBe('syntax');
  });

  it.each(['198.51.100.1/24', '128.0.0.0/0', '2001:db8::1/64'])('%s has bits where none may be', text => {
    expect(parsePrefix(text)).toBe('host-bits');
  });
});

describe('a range of ports', () => {
  it.each([
    ['5060', [[5060, 0xffff]]],
    ['16384-32767', [[16384, 0xc000]]],
    ['1-65535', Array.from({ length: 16 }, (_, bit) => [1 << bit, 65536 - (1 << bit)])],
    [
      '1000-1005',
      [
        [1000, 0xfffc],
        [1004, 0xfffe],
      ],
    ],
    ['65535', [[65535, 0xffff]]],
  ])('%s is these bits', (text, masks) => {
    const range = parsePortRange(text);
    expect(range && portMasks(range).map(({ value, mask }) => [value, mask])).toEqual(masks);
  });

  it('is covered exactly, none left out and none twice', () => {
    const range = { from: 4999, to: 10010 };
    const covered = portMasks(range).flatMap(({ value, mask }) =>
      Array.from({ length: 65536 - mask }, (_, index) => value + index),
    );
    expect(covered).toEqual(Array.from({ length: 5012 }, (_, index) => 4999 + index));
  });

  it.each(['0', '65536', '20-10', '1-', '-1', 'http', '1,2'])('%s is none', text => {
    expect(parsePortRange(text)).toBeUndefined();
  });
});

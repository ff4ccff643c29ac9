import { describe, expect, it } from 'vitest';
import { parseVolumeArgument, selectorText, sizeOf } from '../../src/intent/volume-intent.ts';

describe('a volume on the command line', () => {
  it.each([
    ['vda=gold.json', { selector: { by: 'any', value: 'vda' }, file: 'gold.json' }],
    ['target:vda=-', { selector: { by: 'target', value: 'vda' }, file: '-' }],
    [
      'serial:1f6f2b0e=gold,1.json,size=100',
      { selector: { by: 'serial', value: '1f6f2b0e' }, file: 'gold,1.json', sizeGiB: 100 },
    ],
    [
      'source:rbd/volumes/v=a=b.json,size=1,consumer=both',
      { selector: { by: 'source', value: 'rbd/volumes/v' }, file: 'a=b.json', sizeGiB: 1, consumer: 'both' },
    ],
  ])('%s', (text, expected) => {
    expect(parseVolumeArgument(text)).toEqual(expected);
  });

  it.each([
    ['vda', /is not DISK=FILE/],
    ['=gold.json', /is not DISK=FILE/],
    ['vda=', /is not DISK=FILE/],
    ['vda=f,size=0', /has size '0'/],
    ['vda=f,size=1.5', /has size '1.5', must be a whole number in 1–999999999 GiB/],
    ['vda=f,consumer=x', /has consumer 'x'/],
  ])('that is none is refused: %s', (text, message) => {
    expect(() => parseVolumeArgument(text)).toThrow(message);
  });

  it('has a size in GiB, and a name in findings', () => {
    expect(sizeOf('999999999', 'x')).toBe(999_999_999);
    expect(() => sizeOf('1000000000', 'x')).toThrow(/whole number in 1–999999999 GiB/);
    expect(selectorText({ by: 'any', value: 'vda' })).toBe('volume vda');
    expect(selectorText({ by: 'serial', value: 'x' })).toBe('volume serial:x');
    expect(selectorText(undefined)).toBe('volumes');
  });
});

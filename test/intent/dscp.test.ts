import { describe, expect, it } from 'vitest';
import { dscpName, dscpNames, dscpToTos, parseDscp } from '../../src/intent/dscp.ts';

// RFC 2474, 2597, 3246, 5865 and 8622.
const assigned = {
  CS0: 0,
  LE: 1,
  CS1: 8,
  AF11: 10,
  AF12: 12,
  AF13: 14,
  CS2: 16,
  AF21: 18,
  AF22: 20,
  AF23: 22,
  CS3: 24,
  AF31: 26,
  AF32: 28,
  AF33: 30,
  CS4: 32,
  AF41: 34,
  AF42: 36,
  AF43: 38,
  CS5: 40,
  VA: 44,
  EF: 46,
  CS6: 48,
  CS7: 56,
};

describe('the names of code points', () => {
  it('are those of the RFCs, and no more', () => {
    expect(Object.fromEntries(dscpNames)).toEqual(assigned);
  });

  it.each(Object.entries(assigned))('read and print %s as %i', (name, dscp) => {
    expect([parseDscp(name), parseDscp(name.toLowerCase()), dscpName(dscp)]).toEqual([dscp, dscp, name]);
  });

  it.each([
    ['46', 46],
    ['0x2e', 46],
    [' BE ', 0],
    ['df', 0],
    ['Voice-Admit', 44],
    ['64', 64],
  ])('read %s as %i', (text, dscp) => {
    expect(parseDscp(text)).toBe(dscp);
  });

  it.each(['AF14', 'AF51', 'CS8', 'EFF', '', '-1', '4.6', '1e1', '0x'])('do not read %s', text => {
    expect(parseDscp(text)).toBeUndefined();
  });

  it('leave a code point without name a number', () => {
    expect(dscpName(45)).toBe('45');
  });

  it('stand above the two bits of ECN in the byte', () => {
    expect([dscpToTos(46), dscpToTos(26), dscpToTos(63), dscpToTos(0)]).toEqual([184, 104, 252, 0]);
  });
});

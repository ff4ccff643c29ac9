import { describe, expect, it } from 'vitest';
import { policerRepair } from '../../src/audit/policer-repair.ts';
import type { TcPolicer } from '../../src/observed/tc-filter.ts';
import type { Verdict } from '../../src/verify/verdict.ts';

const libvirts: TcPolicer = {
  filter: 'u32',
  protocol: 'all',
  handle: '800::800',
  pref: 49152,
  matchesAll: true,
  rateBps: 2_000_000,
  burstBytes: 524_288,
  action: 'drop',
  text: 'police 0x1 rate 16Mbit burst 512Kb mtu 64Kb action drop overhead 0b',
};

const of = (knob: string, policers: readonly TcPolicer[]) => {
  const expectation = { layer: 'tc', subject: 'tap1', knob } as Verdict['expectation'];
  return policerRepair({ expectation } as Verdict, new Map([['tap1', { classes: [], policers }]]))?.argv;
};

describe('a policer of which libvirt knows nothing', () => {
  it('goes with its qdisc, since libvirt 12 does not take it away when told to', () => {
    expect(of('police', [libvirts])).toEqual(['tc', 'qdisc', 'del', 'dev', 'tap1', 'ingress']);
  });

  it('is left to other repairs where something else would go too, or it is none of libvirt', () => {
    expect(of('police', [libvirts, { ...libvirts, pref: 49 }])).toBeUndefined();
    expect(of('police', [{ ...libvirts, filter: 'matchall' }])).toBeUndefined();
    expect(of('police', [])).toBeUndefined();
    expect(of('class htb 1:1', [libvirts])).toBeUndefined();
  });
});

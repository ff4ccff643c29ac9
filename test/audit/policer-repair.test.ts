import { describe, expect, it } from 'vitest';
import { policerRepair } from '../../src/audit/policer-repair.ts';
import { parseTcRules } from '../../src/observed/tc-path/rule.ts';
import type { TcQdisc } from '../../src/observed/tc-qdisc.ts';
import type { Verdict } from '../../src/verify/verdict.ts';

const filter = (head: string) => `filter protocol all pref ${head}
  match 00000000/00000000 at 0
 police 0x1 rate 16Mbit burst 512Kb mtu 64Kb [00f42400] action drop overhead 0b linklayer ethernet
\tref 1 bind 1
`;
const libvirts = filter('49152 u32 chain 0 fh 800::800 order 2048 key ht 800 bkt 0 flowid :1 not_in_hw');

const of = (knob: string, filters: string, qdiscs: readonly TcQdisc[] = []) => {
  const expectation = { layer: 'tc', subject: 'tap1', knob } as Verdict['expectation'];
  const taps = new Map([['tap1', { classes: [], ingress: parseTcRules(filters), qdiscs }]]);
  return policerRepair({ expectation } as Verdict, taps)?.argv;
};

describe('a policer of which libvirt knows nothing', () => {
  it('goes with its qdisc, since libvirt 12 does not take it away when told to', () => {
    expect(of('police', libvirts)).toEqual(['tc', 'qdisc', 'del', 'dev', 'tap1', 'ingress']);
  });

  it('goes alone from clsact, which somebody else has made', () => {
    const clsact = { kind: 'clsact', handle: 'ffff:', parent: 'ffff:fff1', options: '', text: '' };
    const argv = ['tc', 'filter', 'del', 'dev', 'tap1', 'ingress', 'pref', '49152'];
    expect(of('police', libvirts, [clsact])).toEqual(argv);
  });

  it('is left to other repairs where something else would go too, or it is none of libvirt', () => {
    expect(
      of('police', libvirts + filter('49 u32 chain 0 fh 801::800 order 2048 key ht 801 bkt 0 flowid :1')),
    ).toBeUndefined();
    expect(
      of('police', `${libvirts}filter protocol ip pref 49153 matchall chain 0 handle 0x1\n`),
    ).toBeUndefined();
    expect(of('police', libvirts.replace(' u32 ', ' matchall '))).toBeUndefined();
    expect(of('police', '')).toBeUndefined();
    expect(of('class htb 1:1', libvirts)).toBeUndefined();
  });
});

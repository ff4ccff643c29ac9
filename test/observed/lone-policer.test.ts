import { describe, expect, it } from 'vitest';
import { lonePolicer } from '../../src/observed/lone-policer.ts';

// What tc 7.2 says of a tap whose outbound limit libvirt 12.8 has cleared.
const qdiscs = `qdisc noqueue 8002: root refcnt 2
qdisc ingress ffff: parent ffff:fff1 ----------------
`;
const list = 'filter parent ffff: protocol all pref 49152 u32 chain 0';
const filters = `${list}
${list} fh 800: ht divisor 1
${list} fh 800::800 order 2048 key ht 800 bkt 0 flowid :1 not_in_hw
  match 00000000/00000000 at 0
 police 0x1 rate 262144Kbit burst 128Mb mtu 64Kb action drop overhead 0b linklayer ethernet
\tref 1 bind 1

`;
const both = (from: string, to: string) => lonePolicer(qdiscs, filters.replace(from, to));

describe("libvirt's policer, alone on a device's ingress", () => {
  it('is known by all of what it is shown as, and says what it lets through', () => {
    expect(lonePolicer(qdiscs, filters)).toEqual({ rateBps: 32_768_000, burstBytes: 134_217_728 });
  });

  it('is the same to an older tc', () => {
    const older = filters.replaceAll('filter parent ffff: ', 'filter ').replace(' flowid', ' *flowid');
    expect(lonePolicer(qdiscs, older)).toEqual({ rateBps: 32_768_000, burstBytes: 134_217_728 });
  });

  it.each([
    [
      'a priority that somebody chose, as Neutron does',
      both('pref 49152 u32 chain 0 fh 800::800', 'pref 49 u32 chain 0 fh 800::800'),
    ],
    [
      'one protocol',
      both(
        'protocol all pref 49152 u32 chain 0 fh 800::800',
        'protocol ip pref 49152 u32 chain 0 fh 800::800',
      ),
    ],
    ['some packets', both('match 00000000/00000000', 'match 0a000000/ff000000')],
    ['another largest packet', both('mtu 64Kb', 'mtu 1500b')],
    ['another verdict', both('action drop', 'action drop/continue')],
    ['an action that is shared', both('ref 1 bind 1', 'ref 2 bind 2')],
    ['another action behind it', both('\tref 1 bind 1', ' action order 2: gact action pass\n\tref 1 bind 1')],
    [
      'another filter beside it',
      lonePolicer(qdiscs, `${filters}filter parent ffff: protocol all pref 5 bpf chain 0\n`),
    ],
    ['another chain', both('chain 0 fh 800::800', 'chain 5 fh 800::800')],
    ['a rate that cannot be read', both('262144Kbit', '262144Kbat')],
    ['clsact', lonePolicer(qdiscs.replace('ingress', 'clsact'), filters)],
    ['a block of several devices', lonePolicer(qdiscs.replace('fff1 ', 'fff1 ingress_block 7 '), filters)],
    ['no qdisc', lonePolicer('qdisc noqueue 8002: root refcnt 2\n', filters)],
    ['no filter', lonePolicer(qdiscs, '')],
  ])('is not taken for it: %s', (_what, found) => {
    expect(found).toBeUndefined();
  });
});

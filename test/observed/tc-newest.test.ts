import { describe, expect, it } from 'vitest';
import { parseTcClasses } from '../../src/observed/tc-class.ts';
import { parseTcRules } from '../../src/observed/tc-path/rule.ts';
import { policersOf } from '../../src/observed/tc-policer.ts';
import { parseTcQdiscs } from '../../src/observed/tc-qdisc.ts';

// What tc 7.2 says on Linux 7.2 of a tap that libvirt 12.8 limits: 1000, 2000, 512 inbound and 32768, 131072 outbound.
describe('tc of iproute2 7.2', () => {
  it('tells of classes in JSON', () => {
    const answer =
      '[{"class":"htb","handle":"1:1","root":true,"prio":0,"rate":1000,"ceil":1000,"burst":274877,"cburst":1600}]';
    expect(parseTcClasses(answer)).toMatchObject([
      { handle: '1:1', rateBps: 1000, ceilBps: 1000, burstBytes: 274_877, cburstBytes: 1600 },
    ]);
  });

  it('tells of qdiscs, of which libvirt leaves noqueue where a limit was', () => {
    const answer = `qdisc noqueue 8002: root refcnt 2
qdisc ingress ffff: parent ffff:fff1 ----------------
`;
    expect(parseTcQdiscs(answer).map(({ kind, handle }) => [kind, handle])).toEqual([
      ['noqueue', '8002:'],
      ['ingress', 'ffff:'],
    ]);
  });

  it('tells of a policer with its ticks, and of gigabytes', () => {
    const list = 'filter protocol all pref 49152 u32 chain 0 ';
    const rules = parseTcRules(`${list}
${list}fh 800:[80000000] ht divisor 1
${list}fh 800::800[80000800] order 2048 key ht 800 bkt 0 flowid :1 not_in_hw (rule hit 0 success 0)
  match 00000000/00000000 at 0 (success 0 )
 police 0x1 rate 125Mbit burst 4Gb mtu 64Kb [fffffffe] action drop overhead 0b linklayer ethernet
\tref 1 bind 1  installed 4 sec used 4 sec

 Sent 0 bytes 0 pkts (dropped 0, overlimits 0)
`);
    expect(rules.map(({ pref, takes }) => [pref, takes])).toEqual([[49_152, 'all']]);
    expect(policersOf(rules)).toMatchObject([
      {
        rateBps: 15_625_000,
        burstBytes: 4_294_967_296,
        burstTicks: 4_294_967_294,
        mtuBytes: 65_536,
        action: 'drop',
      },
    ]);
  });

  it('tells where a mark sends packets', () => {
    const list = 'filter parent 1: protocol all pref 1 fw chain 0 ';
    const [rule, ...others] = parseTcRules(`${list}\n${list}handle 0x1 classid :1 \n`);
    expect(others).toEqual([]);
    expect([rule?.kind, rule?.classid]).toEqual(['fw', ':1']);
  });
});

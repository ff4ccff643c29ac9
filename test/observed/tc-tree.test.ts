import { describe, expect, it } from 'vitest';
import { parseTcFilters } from '../../src/observed/tc-filter-list.ts';
import { htbDefault, parseTcQdiscs } from '../../src/observed/tc-qdisc.ts';
import { queuesOf, rootOf } from '../../src/observed/tc-tree.ts';

// As iproute2 6.1 and 6.15 print them.
const qdiscs = `qdisc htb 1: root refcnt 3 r2q 10 default 0x30 direct_packets_stat 7 ver 3.17 direct_qlen 1000
qdisc fq_codel 30: parent 1:30 limit 10240p flows 1024 quantum 1514 target 5ms
qdisc ingress ffff: parent ffff:fff1 ----------------
nonsense`;

const filters = `filter parent 1: protocol ip pref 10 flower chain 0
filter parent 1: protocol ip pref 10 flower chain 0 handle 0x1 classid 1:10
  eth_type ipv4
  ip_tos 184/0xfc
  not_in_hw
filter parent 1: protocol ipv6 pref 21 flower chain 0 handle 0x2 classid 1:20
  eth_type ipv6
  ip_proto tcp
  dst_port 6800-7300
  in_hw in_hw_count 1
filter protocol all pref 7 u32 chain 0
filter protocol all pref 7 u32 chain 0 fh 800:[80000000] ht divisor 1
filter protocol all pref 7 u32 chain 0 fh 800::800[80000800] order 2048 key ht 800 bkt 0 flowid :1 not_in_hw (rule hit 0 success 0)
  match 0a000001/ffffffff at 16 (success 0 )
 police 0x1 rate 1Mbit burst 10Kb mtu 2Kb [00138800] action drop overhead 0b linklayer ethernet
filter protocol ip pref 8 flower chain 0 handle 0x1
  dst_ip 10.0.0.2
	action order 1: gact action drop
`;

describe('the qdiscs of a device', () => {
  it('are those at the root, at classes and on ingress, with what tc says of them', () => {
    const found = parseTcQdiscs(qdiscs);
    expect(found.map(({ kind, handle, parent }) => `${kind} ${handle} ${parent}`)).toEqual([
      'htb 1: root',
      'fq_codel 30: 1:30',
      'ingress ffff: ffff:fff1',
    ]);
    expect(found[1]?.options).toBe('limit 10240p flows 1024 quantum 1514 target 5ms');
    const tree = { qdiscs: found, classes: [], filters: [] };
    expect([rootOf(tree)?.handle, queuesOf(tree).map(one => one.kind)]).toEqual(['1:', ['fq_codel']]);
  });

  it('say which class htb takes for what no filter takes', () => {
    const of = (options: string) =>
      htbDefault({ kind: 'htb', handle: '1:', parent: 'root', options, text: '' });
    expect([of('r2q 10 default 0x30 x'), of('r2q 10 default 40'), of('default 0'), of('r2q 10')]).toEqual([
      0x30,
      0x40,
      0,
      undefined,
    ]);
  });
});

describe('the filters of a device', () => {
  it('are read one by one, without the lists and tables that they are in', () => {
    expect(
      parseTcFilters(filters).map(({ kind, protocol, pref, handle, classid, keys, acts }) => {
        const match = Object.entries(keys).flat().join(' ');
        return `${protocol} ${pref} ${kind} ${handle} ${classid ?? '-'} ${acts ? 'acts' : match}`;
      }),
    ).toEqual([
      'ip 10 flower 0x1 1:10 eth_type ipv4 ip_tos 184/0xfc',
      'ipv6 21 flower 0x2 1:20 eth_type ipv6 ip_proto tcp dst_port 6800-7300',
      'all 7 u32 800::800[80000800] :1 acts',
      'ip 8 flower 0x1 - acts',
    ]);
  });

  it('are none in rubbish, however much', () => {
    const started = performance.now();
    expect(parseTcFilters('')).toEqual([]);
    expect(parseTcFilters(`filter ${'protocol '.repeat(100_000)}`)).toEqual([]);
    expect(
      parseTcFilters(`filter protocol ip pref 1 ${' '.repeat(500_000)}x\n${'  a '.repeat(100_000)}`),
    ).toEqual([]);
    expect(performance.now() - started).toBeLessThan(2000);
  });
});

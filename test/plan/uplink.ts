import { htbTree } from '../../src/backend/htb-tree.ts';
import { parseHostProfile } from '../../src/intent/host-profile.ts';
import { parseTcClasses } from '../../src/observed/tc-class.ts';
import { parseTcFilters } from '../../src/observed/tc-filter-list.ts';
import { parseTcQdiscs } from '../../src/observed/tc-qdisc.ts';
import type { FoundUplink } from '../../src/plan/profile-plan.ts';
import { expectProfile } from '../../src/verify/expect-profile.ts';
import { htbReadings } from '../../src/verify/htb-readings.ts';

/** A profile with three classes on `up0`, `changes` put over it. */
export function treeOf(changes: object = {}) {
  const classes = [
    { name: 'voice', priority: 0, dscp: ['EF'], guarantee: '1mbit', ceiling: '2mbit', leaf: 'sfq' },
    { name: 'bulk', protocols: ['tcp'], ports: [3260], guarantee: '2mbit', ceiling: '4mbit' },
    { name: 'rest', default: true, guarantee: '3mbit' },
  ];
  return htbTree(
    parseHostProfile(JSON.stringify({ uplink: 'up0', rate: '10mbit', classes, ...changes })).profile,
  );
}

/** What tc 6.15 shows of that profile. */
export const shown = {
  qdiscs: `qdisc htb 1: root refcnt 3 r2q 10 default 0x30 direct_packets_stat 0 ver 3.17 direct_qlen 1000
qdisc sfq 10: parent 1:10 limit 127p quantum 1514b depth 127 flows 128 divisor 1024 perturb 10sec
qdisc fq_codel 20: parent 1:20 limit 10240p flows 1024 quantum 1514 target 5ms interval 100ms memory_limit 32Mb ecn drop_batch 64
qdisc fq_codel 30: parent 1:30 limit 10240p flows 1024 quantum 1514 target 5ms interval 100ms memory_limit 32Mb ecn drop_batch 64`,
  classes: `class htb 1:1 root rate 10Mbit ceil 10Mbit linklayer ethernet burst 1600b/1mpu 0b cburst 1600b/1mpu 0b level 7
class htb 1:10 parent 1:1 leaf 10: prio 0 quantum 12500 rate 1Mbit ceil 2Mbit linklayer ethernet burst 1600b/1mpu 0b cburst 1600b/1mpu 0b level 0
class htb 1:20 parent 1:1 leaf 20: prio 3 quantum 25000 rate 2Mbit ceil 4Mbit linklayer ethernet burst 1600b/1mpu 0b cburst 1600b/1mpu 0b level 0
class htb 1:30 parent 1:1 leaf 30: prio 3 quantum 37500 rate 3Mbit ceil 10Mbit linklayer ethernet burst 1600b/1mpu 0b cburst 1600b/1mpu 0b level 0`,
  filters: `filter parent 1: protocol ip pref 10 flower chain 0
filter parent 1: protocol ip pref 10 flower chain 0 handle 0x1 classid 1:10
  eth_type ipv4
  ip_tos 184/0xfc
  not_in_hw
filter parent 1: protocol ipv6 pref 11 flower chain 0 handle 0x1 classid 1:10
  eth_type ipv6
  ip_tos 184/0xfc
  not_in_hw
filter parent 1: protocol ip pref 20 flower chain 0 handle 0x1 classid 1:20
  eth_type ipv4
  ip_proto tcp
  dst_port 3260
filter parent 1: protocol ipv6 pref 21 flower chain 0 handle 0x1 classid 1:20
  eth_type ipv6
  ip_proto tcp
  dst_port 3260`,
};

/** An uplink of which tc shows something, looked at for the sake of a profile. */
export function uplink(
  parts: Partial<typeof shown>,
  more: Partial<FoundUplink> = {},
  wanted = treeOf(),
): FoundUplink {
  const tree = {
    qdiscs: parseTcQdiscs(parts.qdiscs ?? ''),
    classes: parseTcClasses(parts.classes ?? ''),
    filters: parseTcFilters(parts.filters ?? ''),
  };
  const facts = { iproute2: { major: 6, minor: 15 } };
  const sources = { qdiscs: 'tc qdisc', classes: 'tc class', filters: 'tc filter' };
  const readings = htbReadings('up0', tree, sources, expectProfile(wanted, facts));
  return { dev: 'up0', tree, readings, facts, remembered: [], ...more };
}

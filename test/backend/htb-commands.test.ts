import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { setUpLines, tearDownLines } from '../../src/backend/htb-commands.ts';
import { htbTree } from '../../src/backend/htb-tree.ts';
import { parseHostProfile } from '../../src/intent/host-profile.ts';

const sample = readFileSync(join(import.meta.dirname, '../../samples/profiles/uplink.yaml'), 'utf8');
const tree = htbTree(parseHostProfile(sample).profile);
const lines = setUpLines(tree).map(words => words.join(' '));

describe('the htb tree of a profile', () => {
  it('has a class for the link and one below it for each class, with a qdisc of its own', () => {
    expect(lines.slice(0, 12)).toEqual([
      'qdisc add dev eth1 root handle 1: htb default 40',
      'class add dev eth1 parent 1: classid 1:1 htb rate 1250000000bps ceil 1250000000bps burst 1250000 cburst 1250000 quantum 60000',
      'class add dev eth1 parent 1:1 classid 1:10 htb rate 125000000bps ceil 250000000bps burst 125000 cburst 250000 prio 0 quantum 60000',
      'qdisc add dev eth1 parent 1:10 handle 10: sfq perturb 10',
      'class add dev eth1 parent 1:1 classid 1:20 htb rate 62500000bps ceil 1250000000bps burst 62500 cburst 1250000 prio 1 quantum 60000',
      'qdisc add dev eth1 parent 1:20 handle 20: fq_codel',
      'class add dev eth1 parent 1:1 classid 1:30 htb rate 500000000bps ceil 1000000000bps burst 500000 cburst 1000000 prio 4 quantum 60000',
      'qdisc add dev eth1 parent 1:30 handle 30: fq_codel',
      'class add dev eth1 parent 1:1 classid 1:40 htb rate 375000000bps ceil 1250000000bps burst 375000 cburst 1250000 prio 3 quantum 60000',
      'qdisc add dev eth1 parent 1:40 handle 40: fq_codel',
      'class add dev eth1 parent 1:1 classid 1:50 htb rate 12500000bps ceil 625000000bps burst 12500 cburst 625000 prio 7 quantum 60000',
      'qdisc add dev eth1 parent 1:50 handle 50: fq_codel',
    ]);
  });

  it('finds classes by code point, then by port, in IPv4 and IPv6', () => {
    expect(lines.filter(line => line.endsWith('classid 1:20'))).toEqual([
      'filter add dev eth1 parent 1: protocol ip pref 10 flower ip_tos 0xc0/0xfc classid 1:20',
      'filter add dev eth1 parent 1: protocol ip pref 10 flower ip_tos 0xe0/0xfc classid 1:20',
      'filter add dev eth1 parent 1: protocol ip pref 20 flower ip_proto tcp dst_port 6640-6642 classid 1:20',
      'filter add dev eth1 parent 1: protocol ipv6 pref 11 flower ip_tos 0xc0/0xfc classid 1:20',
      'filter add dev eth1 parent 1: protocol ipv6 pref 11 flower ip_tos 0xe0/0xfc classid 1:20',
      'filter add dev eth1 parent 1: protocol ipv6 pref 21 flower ip_proto tcp dst_port 6640-6642 classid 1:20',
    ]);
    expect(lines).toHaveLength(12 + 2 * (3 + 3 + 6 + 2));
  });

  it('lets one full packet through at any rate, and takes a quantum that the kernel likes', () => {
    const classes = [{ name: 'slow', default: true, guarantee: '100kbit', ceiling: '20mbit' }];
    const slow = htbTree(
      parseHostProfile(JSON.stringify({ uplink: 'eth1', rate: '20mbit', classes })).profile,
    );
    expect(slow.leaves[0]).toMatchObject({
      rateBps: 12500,
      burstBytes: 1600,
      ceilBps: 2500000,
      cburstBytes: 2500,
      quantum: 1514,
    });
  });

  it('saves up as long as the profile says', () => {
    const classes = [{ name: 'slow', default: true, guarantee: '1mbit', ceiling: '4mbit' }];
    const text = JSON.stringify({ uplink: 'eth1', rate: '20mbit', burst: '20ms', classes });
    const [leaf] = htbTree(parseHostProfile(text).profile).leaves;
    expect([leaf?.burstBytes, leaf?.cburstBytes]).toEqual([2500, 10_000]);
  });

  it('is taken away as a whole', () => {
    expect(tearDownLines(tree)).toEqual([['qdisc', 'del', 'dev', 'eth1', 'root']]);
  });
});

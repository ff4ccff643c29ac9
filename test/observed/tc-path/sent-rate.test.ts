import { expect, it } from 'vitest';
import { parseTcClasses } from '../../../src/observed/tc-class.ts';
import { parseHfscClasses } from '../../../src/observed/tc-path/hfsc.ts';
import { parseTcRules } from '../../../src/observed/tc-path/rule.ts';
import { egressRate, sentRate } from '../../../src/observed/tc-path/sent-rate.ts';
import { parseTcQdiscs } from '../../../src/observed/tc-qdisc.ts';
import { filter, gact } from './lines.ts';

// As tc 6.15 prints them in the lab.
const htb =
  'qdisc htb 1:[00010000] root refcnt 2 r2q 10 default 0x10 direct_packets_stat 0 ver 3.17 direct_qlen 1000';
const tree =
  'class htb 1:10 parent 1:1 prio 0 rate 10Mbit ceil 10Mbit burst 1600b cburst 1600b\nclass htb 1:1 root rate 32Mbit ceil 32Mbit burst 1Mb cburst 1600b';
const hfsc =
  'class hfsc 1: root \nclass hfsc 1:1 parent 1: sc m1 0bit d 0us m2 900Mbit ul m1 0bit d 0us m2 262144Kbit ';

function rate(qdiscs: string, classes = '', filters = '') {
  const found = sentRate({
    qdiscs: parseTcQdiscs(qdiscs),
    classes: parseTcClasses(classes),
    hfsc: parseHfscClasses(classes),
    filters: parseTcRules(filters),
    egress: [],
  });
  return found.is === 'rate' ? found.parts.map(one => `${one.at}: ${one.bps}`).join(', ') : found.is;
}

it.each([
  ['qdisc noqueue 0:[00000000] root refcnt 2 ', '', 'everything'],
  ['qdisc fq_codel 1:[00010000] root refcnt 2 limit 10240p flows 1024 ', '', 'everything'],
  ['qdisc cake 1:[00010000] root refcnt 2 bandwidth 50Mbit diffserv3 ', '', 'qdisc cake: 6250000'],
  ['qdisc cake 1:[00010000] root refcnt 2 bandwidth unlimited diffserv3 ', '', 'everything'],
  [
    'qdisc netem 1:[00010000] root refcnt 2 limit 1000 rate 20Mbit seed 7910373321083746279',
    '',
    'qdisc netem: 2500000',
  ],
  [
    'qdisc netem 1:[00010000] root refcnt 2 limit 1000 delay 1ms loss 1% seed 13807970039679241665',
    '',
    'unknown',
  ],
  [
    'qdisc tbf 1:[00010000] root refcnt 2 rate 30Mbit burst 200Kb/1 mpu 0b [000d0555] lat 50ms ',
    '',
    'qdisc tbf: 3750000',
  ],
  ['qdisc fq 1:[00010000] root refcnt 2 limit 10000p maxrate 10Mbit ', '', 'unknown'],
  ['qdisc blackhole 1:[00010000] root refcnt 2 ', '', 'qdisc blackhole: 0'],
  ['qdisc quux 1:[00010000] root refcnt 2 ', '', 'unknown'],
  ['qdisc prio 1:[00010000] root refcnt 2 bands 3 priomap 1 2 2', '', 'everything'],
  [
    'qdisc prio 1:[00010000] root refcnt 2 bands 3\nqdisc tbf 10:[00100000] parent 1:1 rate 1Mbit burst 10Kb',
    '',
    'unknown',
  ],
  ['qdisc hfsc 1:[00010000] root refcnt 2 default 0x1 ', hfsc, 'qdisc hfsc: 32768000'],
  ['qdisc hfsc 1:[00010000] root refcnt 2 default 0x1 ', hfsc.replace(/ ul .*/, ' '), 'everything'],
  [htb, tree, 'class htb 1:10 parent 1:1: 1250000'],
  [htb, tree.replace('10Mbit ceil 10Mbit', '1Gbit ceil 1Gbit'), 'class htb 1:10 parent 1:1: 125000000'],
  [htb.replace('0x10', '0x77'), tree, 'everything'],
])('%s lets through what it says', (qdiscs, classes, expected) => {
  expect(rate(qdiscs, classes)).toBe(expected);
});

it('filters that part packets among classes let their sum through, those that drop all nothing', () => {
  const two = `${tree}\nclass htb 1:2 root prio 0 rate 8Mbit ceil 8Mbit burst 1600b cburst 1600b`;
  const some = filter({ pref: 7, kind: 'flower', rest: 'classid 1:2 ', matches: ['dst_port 53'] });
  expect(rate(htb, two, some)).toBe('2 classes of htb: 2250000');
  expect(rate(htb, two, filter({ pref: 7 }, gact('drop')))).toBe('qdisc htb: 0');
});

it('what clsact sends to another device may come back from it, so nothing is told of it', () => {
  const egress = parseTcRules(filter({ pref: 1 }, 'mirred (Egress Redirect to device ifb7) stolen'));
  expect(egressRate({ classes: [], egress })?.is).toBe('unknown');
});

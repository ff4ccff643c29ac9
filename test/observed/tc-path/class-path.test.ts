import { describe, expect, it } from 'vitest';
import { parseTcClasses } from '../../../src/observed/tc-class.ts';
import { classPath } from '../../../src/observed/tc-path/class-path.ts';
import { parseTcRules } from '../../../src/observed/tc-path/rule.ts';
import { parseTcQdiscs } from '../../../src/observed/tc-qdisc.ts';
import { filter, gact } from './lines.ts';

// As tc 6.15 prints them in the lab.
const own = 'class htb 1:1 root leaf 2: prio 0 rate 32Mbit ceil 64Mbit burst 1Mb cburst 1600b';
const beside = 'class htb 1:2 root prio 0 rate 10Gbit ceil 10Gbit burst 1680b cburst 1680b';
const small = 'class htb 1:9 root prio 0 rate 1Mbit ceil 1Mbit burst 1600b cburst 1600b';
const below = (rate: string, ceil: string) =>
  `class htb 1:10 parent 1:1 prio 0 rate ${rate} ceil ${ceil} burst 1600b cburst 1600b`;
const root =
  'qdisc htb 1:[00010000] root refcnt 2 r2q 10 default 0x1 direct_packets_stat 0 ver 3.17 direct_qlen 1000';
const sfq =
  'qdisc sfq 2:[00020000] parent 1:1 limit 127p quantum 1514b depth 127 flows 128 divisor 1024 perturb 10sec ';
const fw = `filter protocol all pref 49152 fw chain 0 
filter protocol all pref 49152 fw chain 0 handle 0x1 classid :1 
`;
const to = (
  classid: string,
  about: Partial<Parameters<typeof filter>[0]> = {},
  ...actions: readonly string[]
) => filter({ pref: 7, rest: `flowid ${classid} `, ...about }, ...actions);

/** Of both hooks of clsact, tc shows the tables of u32 as if they were one's. */
const u32 = (
  table: string,
  action: string,
) => `filter protocol all pref 1 u32 chain 0 fh ${table}: ht divisor 1 
filter protocol all pref 1 u32 chain 0 fh ${table}::800 order 2048 key ht ${table} bkt 0 terminal flowid not_in_hw (rule hit 0 success 0)
  match 00000000/00000000 at 0 (success 0 ) 
	action order 1: ${action}
`;

interface Scene {
  readonly classes?: readonly string[];
  readonly filters?: string;
  readonly qdiscs?: readonly string[];
  readonly egress?: string;
  readonly classFilters?: ReadonlyMap<string, string>;
}

function found(
  { classes = [own], filters = '', qdiscs = [root, sfq], egress = '', classFilters }: Scene,
  handle = '1:1',
) {
  return classPath(
    {
      classes: parseTcClasses(classes.join('\n')),
      qdiscs: parseTcQdiscs(qdiscs.join('\n')),
      filters: parseTcRules(filters + fw),
      egress: parseTcRules(egress),
      ...(classFilters && {
        classFilters: new Map([...classFilters].map(([key, text]) => [key, parseTcRules(text)])),
      }),
    },
    handle,
  );
}

describe('packets get past a class', () => {
  it.each<[string, Scene, string]>([
    ['a filter sends all to no class', { filters: to('1:') }, 'filters'],
    [
      'flower sends all to a larger one',
      {
        classes: [own, beside],
        filters: to('1:2', { kind: 'flower', rest: 'classid 1:2 ', matches: ['not_in_hw'] }),
      },
      'filters',
    ],
    ['basic does', { classes: [own, beside], filters: to('1:2', { kind: 'basic', matches: [] }) }, 'filters'],
    ['a filter of IPv4 does', { classes: [own, beside], filters: to('1:2', { protocol: 'ip' }) }, 'filters'],
    [
      'some go to a larger one',
      { classes: [own, beside], filters: to('1:2', { kind: 'flower', matches: ['dst_port 53'] }) },
      'filters',
    ],
    [
      'clsact gives all a priority that htb takes for direct',
      { egress: filter({ pref: 1 }, 'skbedit  priority 1: pipe') },
      'egress',
    ],
    [
      'clsact gives them that of a larger class',
      { classes: [own, beside], egress: filter({ pref: 1 }, 'skbedit  priority 1:2 pipe') },
      'egress',
    ],
    [
      'another class is the default',
      { classes: [own, beside], qdiscs: [root.replace('default 0x1', 'default 0x2')] },
      'qdiscs',
    ],
    ['there is no default class', { qdiscs: [root.replace('default 0x1', 'default 0')] }, 'qdiscs'],
    ['it has a class below, and is no leaf', { classes: [own, below('1Mbit', '1Mbit')] }, 'classes'],
    [
      'one below is guaranteed more',
      { classes: [own, below('1Gbit', '1Gbit')], filters: to('1:10') },
      'classes',
    ],
    [
      'its qdisc is below another one',
      {
        qdiscs: [
          'qdisc prio 9:[00090000] root refcnt 2 bands 3',
          root.replace('root refcnt 2', 'parent 9:1'),
        ],
      },
      'qdiscs',
    ],
    [
      'filters of a class above lead away',
      {
        classes: [
          own,
          beside,
          'class htb 1:3 root rate 1Mbit ceil 1Mbit burst 1600b cburst 1600b',
          'class htb 1:31 parent 1:3 rate 1Mbit ceil 1Mbit burst 1600b cburst 1600b',
        ],
        filters: to('1:3'),
        classFilters: new Map([['1:3', to('1:2')]]),
      },
      'class filters',
    ],
  ])('where %s', (_what, scene, part) => {
    expect(found(scene)).toMatchObject({ how: 'past', part });
  });
});

describe('a class is the limit', () => {
  it.each<[string, Scene]>([
    ['nothing else is there', {}],
    ['a class is there that nobody sends to', { classes: [own, beside] }],
    ['a filter sends all to it', { filters: to('1:1') }],
    [
      'a mark sends to it, which is not known',
      { filters: filter({ pref: 1, kind: 'fw', rest: 'classid 1:1 ', matches: [] }) },
    ],
    ['a filter names a class that there is not, and the default is taken', { filters: to('1:77') }],
    [
      'a few go to a class of next to nothing',
      { classes: [own, small], filters: to('1:9', { kind: 'flower', matches: ['dst_port 53'] }) },
    ],
    [
      'clsact marks packets, and the mark leads past a filter to another class',
      {
        classes: [own, beside],
        egress: filter({ pref: 1 }, 'skbedit  mark 1 pipe'),
        filters: `${fw.replaceAll('49152', '1')}${to('1:2')}`,
      },
    ],
    [
      'all go below it, where no more is let through',
      { classes: [own, below('1Mbit', '64Mbit')], filters: to('1:10') },
    ],
    ['some are dropped before it', { egress: filter({ pref: 1, protocol: 'arp' }, gact('drop')) }],
    ['u32 alone gives all the class that is theirs', { egress: u32('800', 'skbedit  priority 1:1 pass') }],
    [
      'another queue is below it',
      {
        qdiscs: [
          root,
          'qdisc fq_codel 10:[00100000] parent 1:1 limit 10240p flows 1024 quantum 1514 target 5ms interval 100ms memory_limit 32Mb ecn drop_batch 64 ',
        ],
      },
    ],
    [
      'a looser shaper is below it',
      {
        qdiscs: [
          root,
          'qdisc tbf 10:[00100000] parent 1:1 rate 100Mbit burst 10Kb/1 mpu 0b [00138800] lat 50ms limit 16490b linklayer ethernet ',
        ],
      },
    ],
  ])('where %s', (_what, scene) => {
    expect(found(scene)).toBeUndefined();
  });

  it('of a port of Open vSwitch, and its queue is', () => {
    const classes = [
      'class htb 1:fffe root rate 524288Kbit ceil 524288Kbit burst 1441b cburst 1441b',
      'class htb 1:1 parent 1:fffe prio 0 rate 262144Kbit ceil 524288Kbit burst 128Mb cburst 128Mb',
    ];
    expect(found({ classes, qdiscs: [root] }, '1:fffe')).toBeUndefined();
    expect(found({ classes, qdiscs: [root] }, '1:1')).toBeUndefined();
  });
});

describe('a class lets less through than it says', () => {
  it.each<[string, Scene]>([
    [
      'a stricter shaper is below it',
      {
        qdiscs: [
          root,
          'qdisc tbf 10:[00100000] parent 1:1 rate 1Mbit burst 10Kb/1 mpu 0b [00138800] lat 50ms limit 16490b linklayer ethernet ',
        ],
      },
    ],
    [
      'netem has a rate',
      {
        qdiscs: [
          root,
          'qdisc netem 20:[00200000] parent 1:1 limit 1000 delay 10ms rate 5Mbit seed 1946301930169817091',
        ],
      },
    ],
    [
      'cake has one',
      {
        qdiscs: [
          root,
          'qdisc cake 30:[00300000] parent 1:1 bandwidth 10Mbit diffserv3 triple-isolate nonat nowash no-ack-filter split-gso rtt 100ms raw overhead 0 ',
        ],
      },
    ],
    ['a filter drops what it sends to it', { filters: to('1:1', {}, gact('drop')) }],
    ['all go to a class of next to nothing', { classes: [own, small], filters: to('1:9') }],
    ['nothing comes out', { egress: filter({ pref: 1 }, gact('drop')) }],
    [
      'what has no mark is dropped, and what has one is sent to it',
      {
        filters:
          filter({ pref: 1, kind: 'fw', rest: 'classid :1 ', matches: [] }) +
          to('1:9', { pref: 2 }, gact('drop')),
      },
    ],
    ['nothing of IPv4 comes out', { egress: filter({ pref: 1, protocol: 'ip' }, gact('trap')) }],
    [
      'all go below it, where less is let through',
      { classes: [own, below('1Mbit', '2Mbit')], filters: to('1:10') },
    ],
  ])('where %s', (_what, scene) => {
    expect(found(scene)?.how).toBe('stricter');
  });
});

describe('nothing is proved', () => {
  it.each<[string, Scene]>([
    ['a queue below it is not known', { qdiscs: [root, 'qdisc quux 10:[00100000] parent 1:1 '] }],
    [
      'netem loses packets',
      { qdiscs: [root, 'qdisc netem 10:[00100000] parent 1:1 limit 1000 delay 1ms loss 1%'] },
    ],
    [
      'fq has a rate of each flow',
      { qdiscs: [root, 'qdisc fq 10:[00100000] parent 1:1 limit 10000p flow_limit 100p maxrate 10Mbit '] },
    ],
    [
      'a mark sends to a larger one',
      { classes: [own, beside], filters: filter({ pref: 1, kind: 'fw', rest: 'classid 1:2 ', matches: [] }) },
    ],
    [
      'a program chooses',
      {
        filters: filter({
          pref: 16,
          kind: 'bpf',
          rest: "flowid 1:2 not_in_hw bytecode '1,6 0 0 4294967295'",
          matches: [],
        }),
        classes: [own, beside],
      },
    ],
    [
      'a program may drop everything',
      {
        filters: filter(
          {
            pref: 2,
            kind: 'bpf',
            rest: "flowid 1:1 not_in_hw bytecode '1,6 0 0 4294967295'",
            matches: [],
          },
          gact('drop'),
        ),
      },
    ],
    [
      'what is dropped is chosen by an expression',
      {
        filters: filter(
          { pref: 2, kind: 'basic', matches: ['meta(pkt_len gt 0)'], rest: 'flowid 1:1' },
          gact('drop'),
        ),
      },
    ],
    [
      'another device is given everything, which may come back from it',
      { egress: filter({ pref: 1 }, 'mirred (Egress Redirect to device ifb7) stolen') },
    ],
    [
      'of two tables of u32 with one preference nobody knows which is the hook’s own',
      { classes: [own, beside], egress: u32('802', gact('pass')) + u32('800', 'skbedit  priority 1:2 pass') },
    ],
    ['a mark alone chooses', { filters: 'filter protocol all pref 19 fw chain 0 \n' }],
    [
      'the filters of a class on the way were not read',
      {
        classes: [
          own,
          below('1Mbit', '1Mbit'),
          'class htb 1:3 root rate 1Mbit ceil 1Mbit burst 1600b cburst 1600b',
          'class htb 1:31 parent 1:3 rate 1Mbit ceil 1Mbit burst 1600b cburst 1600b',
        ],
        filters: filter({ pref: 1, rest: 'flowid 1:3 ' }),
      },
    ],
  ])('where %s', (_what, scene) => {
    expect(found(scene)?.how).toBe('unknown');
  });

  it('where qdiscs, filters or those of clsact were not read', () => {
    const classes = parseTcClasses(own);
    const qdiscs = parseTcQdiscs(root);
    expect(classPath({ classes }, '1:1')?.part).toBe('qdiscs');
    expect(classPath({ classes, qdiscs }, '1:1')?.part).toBe('filters');
    expect(classPath({ classes, qdiscs, filters: [] }, '1:1')?.part).toBe('egress');
  });

  it('where packets went through the root qdisc, and the class has counted none', () => {
    const sent = (packets: number) =>
      ` Sent ${packets * 90} bytes ${packets} pkt (dropped 0, overlimits 0 requeues 0) `;
    const scene = (through: number, counted: number) =>
      found({ qdiscs: [`${root}\n${sent(through)}`, sfq], classes: [`${own}\n${sent(counted)}`] })?.how;
    expect([scene(40, 0), scene(40, 39), scene(2, 0)]).toEqual(['unknown', undefined, undefined]);
  });
});

describe('classes that go round in a circle', () => {
  it('end the search, whatever packets do then', () => {
    const circle = [
      'class htb 1:1 parent 1:2 rate 1Mbit ceil 1Mbit burst 1600b cburst 1600b',
      'class htb 1:2 parent 1:1 rate 2Mbit ceil 2Mbit burst 1600b cburst 1600b',
    ];
    const itself = ['class htb 1:1 parent 1:1 rate 1Mbit ceil 1Mbit burst 1600b cburst 1600b'];
    expect([found({ classes: circle })?.how, found({ classes: itself })?.how]).toEqual(['past', 'past']);
  });
});

import { describe, expect, it } from 'vitest';
import { parseTcClasses } from '../../src/observed/tc-class.ts';
import { detourOf, mayDetour } from '../../src/observed/tc-detour.ts';
import { parseTcFilters } from '../../src/observed/tc-filter-list.ts';
import { parseTcQdiscs } from '../../src/observed/tc-qdisc.ts';

// As tc 6.15 prints them in the lab.
const own =
  '{"class":"htb","handle":"1:1","root":true,"prio":0,"rate":4000000,"ceil":8000000,"burst":1048576,"cburst":1600}';
const beside =
  '{"class":"htb","handle":"1:2","root":true,"prio":0,"rate":1250000000,"ceil":1250000000,"burst":1680,"cburst":1680}';
const below = (rate: number) =>
  `{"class":"htb","handle":"1:10","parent":"1:1","prio":0,"rate":${rate},"ceil":${rate},"burst":1600,"cburst":1600}`;
const root = 'qdisc htb 1: root refcnt 2 r2q 10 default 0x1 direct_packets_stat 0 ver 3.17 direct_qlen 1000';
const fw = `filter parent 1: protocol all pref 49152 fw chain 0 
filter parent 1: protocol all pref 49152 fw chain 0 handle 0x1 classid :1 
`;
const u32 = (
  classid: string,
  match = '00000000/00000000',
  protocol = 'all',
) => `filter parent 1: protocol ${protocol} pref 1 u32 chain 0 
filter parent 1: protocol ${protocol} pref 1 u32 chain 0 fh 800: ht divisor 1 
filter parent 1: protocol ${protocol} pref 1 u32 chain 0 fh 800::800 order 2048 key ht 800 bkt 0 flowid ${classid} not_in_hw 
  match ${match} at 0
`;
const matchall = (classid: string) => `filter parent 1: protocol all pref 2 matchall chain 0 
filter parent 1: protocol all pref 2 matchall chain 0 handle 0x1 flowid ${classid} 
  not_in_hw
`;

const detour = (classes: readonly string[], filters = '', qdisc = root) =>
  detourOf({
    classes: parseTcClasses(`[${classes.join()}]`),
    qdiscs: parseTcQdiscs(qdisc),
    filters: parseTcFilters(filters + fw),
  });

describe('packets go past class 1:1', () => {
  it.each([
    ['a filter for all sends them to another one', [own, beside], u32('1:2')],
    ['one of IPv4 does', [own, beside], u32('1:2', '00000000/00000000', 'ip')],
    ['one of another kind does', [own, beside], matchall('1:2')],
    ['it sends them to no class', [own, beside], matchall('1:7')],
    ['it sends them below, where more is let through', [own, below(125_000_000)], matchall('1:10')],
    ['it sends them to 1:1, which is no leaf', [own, below(1_000_000)], matchall('1:1')],
  ])('where %s', (_what, classes, filters) => {
    expect(detour(classes, filters)).toMatchObject({
      by: 'filters',
      text: expect.stringMatching(/^filter /),
    });
  });

  it('where its qdisc is that of a class of another one', () => {
    const inPrio =
      'qdisc htb 1:[00010000] parent 9:1 r2q 10 default 0x1 direct_packets_stat 0 direct_qlen 1000';
    const prio = 'qdisc prio 9:[00090000] root refcnt 2 bands 3 priomap 1 2 2 2 1 2 0 0 1 1 1 1 1 1 1 1';
    expect(detour([own], '', `${prio}\n${inPrio}`)).toEqual({ by: 'qdiscs', text: inPrio });
    expect(detour([own], '', root.replace('1:', '1:[00010000]'))).toBeUndefined();
  });

  it('where another class is the default, or there is a class below it', () => {
    const other = root.replace('default 0x1', 'default 0x2');
    expect(detour([own, beside], '', other)).toEqual({ by: 'qdiscs', text: other });
    expect(detour([own, below(1_000_000)])).toEqual({ by: 'classes', text: below(1_000_000) });
  });
});

describe('packets meet class 1:1', () => {
  it.each([
    ['nothing else is there', [own], ''],
    ['a class is there that no filter knows', [own, beside], ''],
    ['some are sent elsewhere', [own, beside], u32('1:2', '00000035/0000ffff')],
    ['a filter says so', [own, beside], matchall('1:1') + u32('1:2').replaceAll('pref 1', 'pref 3')],
    ['they are sent below it, where no more is let through', [own, below(4_000_000)], matchall('1:10')],
  ])('where %s', (_what, classes, filters) => {
    expect(detour(classes, filters)).toBeUndefined();
  });

  it('where neither qdiscs nor filters could be seen', () => {
    expect(detourOf({ classes: parseTcClasses(`[${own}]`) })).toBeUndefined();
  });
});

it('filters are worth a look where there is another class, which is not of Open vSwitch', () => {
  const may = (...classes: readonly string[]) => mayDetour(parseTcClasses(`[${classes.join()}]`));
  expect([may(), may(own), may(own, beside)]).toEqual([false, false, true]);
  expect(may(own, beside, '{"class":"htb","handle":"1:fffe","root":true}')).toBe(false);
});

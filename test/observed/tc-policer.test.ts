import { describe, expect, it } from 'vitest';
import { parseTcPolicers } from '../../src/observed/tc-policer.ts';

const u32 = `filter protocol all pref 49152 u32 chain 0 
filter protocol all pref 49152 u32 chain 0 fh 800: ht divisor 1 
filter protocol all pref 49152 u32 chain 0 fh 800::800 order 2048 key ht 800 bkt 0 *flowid :1 not_in_hw  (rule hit 0 success 0)
  match 00000000/00000000 at 0 (success 0 ) 
 police 0x1 rate 4Mbit burst 256Kb mtu 64Kb [007d0000] action drop overhead 0b linklayer ethernet 
	ref 1 bind 1  installed 3 sec used 3 sec

	Sent 0 bytes 0 pkts (dropped 0, overlimits 0) 
`;

const matchall = `filter ingress protocol all pref 1 matchall chain 0 
filter ingress protocol all pref 1 matchall chain 0 handle 0x1 
  not_in_hw (rule hit 0)
	action order 1:  police 0x2 rate 262144Kbit burst 128Mb mtu 64Kb [03d09000] action drop/continue overhead 0b linklayer unspec 
	ref 1 bind 1  installed 9 sec used 9 sec
	Action statistics:
	Sent 0 bytes 0 pkt (dropped 0, overlimits 0 requeues 0) 
	backlog 0b 0p requeues 0

`;

/** Without the whole filter. */
function bare(text: string) {
  return parseTcPolicers(text).map(({ rule: _, ...policer }) => policer);
}

describe('the policers on ingress', () => {
  it("have libvirt's u32 filter for all packets, with its raw ticks", () => {
    expect(bare(u32)).toEqual([
      {
        filter: 'u32',
        protocol: 'all',
        handle: '800::800',
        pref: 49152,
        matchesAll: true,
        rateBps: 500_000,
        burstBytes: 262_144,
        burstTicks: 0x7d0000,
        mtuBytes: 65_536,
        action: 'drop',
        counters: {
          bytes: 0,
          packets: 0,
          dropped: 0,
          overlimits: 0,
          text: 'Sent 0 bytes 0 pkts (dropped 0, overlimits 0)',
        },
        text: 'police 0x1 rate 4Mbit burst 256Kb mtu 64Kb [007d0000] action drop overhead 0b linklayer ethernet',
      },
    ]);
  });

  it("have MidoNet's basic filter with its mtu, and take all only where nothing is asked of a packet", () => {
    const head = 'filter protocol all pref 5 basic chain 0 handle 0x1 \n';
    const line =
      'police 0x1 rate 3Mbit burst 300Kb mtu 65335b [00c35000] action drop overhead 0b linklayer ethernet';
    const all = {
      ...{ filter: 'basic', protocol: 'all', handle: '0x1', pref: 5, matchesAll: true, rateBps: 375_000 },
      ...{ burstBytes: 307_200, burstTicks: 0xc35000, mtuBytes: 65_335, action: 'drop', text: line },
    };
    expect(bare(`${head} ${line}\n`)).toEqual([all]);
    const some = `${head}  cmp(u16 at 0 layer 2 trans gt 5)\n ${line}\n`;
    expect(bare(some)).toEqual([{ ...all, matchesAll: false }]);
  });

  it('have counted each what came to it', () => {
    const counted = (text: string, sent: string) => text.replace(/Sent 0 bytes 0 pkt(s?).*/, sent);
    const both =
      counted(u32, 'Sent 1500 bytes 3 pkts (dropped 1, overlimits 2)') +
      counted(matchall, 'Sent 90 bytes 1 pkt (dropped 0, overlimits 0 requeues 0)');
    expect(parseTcPolicers(both).map(({ filter, counters }) => [filter, counters?.bytes])).toEqual([
      ['matchall', 90],
      ['u32', 1500],
    ]);
    const [, policer] = parseTcPolicers(both);
    expect(policer?.counters).toMatchObject({ packets: 3, dropped: 1, overlimits: 2 });
  });

  it("have Open vSwitch's matchall, whose action is indented", () => {
    const [policer] = parseTcPolicers(matchall);
    expect(policer).toMatchObject({ filter: 'matchall', pref: 1, matchesAll: true, rateBps: 32_768_000 });
    expect(policer).toMatchObject({ burstBytes: 134_217_728, action: 'drop/continue' });
  });

  it('come in the order in which packets meet them', () => {
    expect(parseTcPolicers(u32 + matchall).map(policer => policer.filter)).toEqual(['matchall', 'u32']);
  });

  it('do not count as taking all packets when they match some', () => {
    const some = u32.replace('match 00000000/00000000', 'match 0a000001/ffffffff');
    expect(parseTcPolicers(some)).toMatchObject([{ matchesAll: false }]);
    const both = u32.replace(' police', '  match 0a000001/ffffffff at 16\n police');
    expect(parseTcPolicers(both)).toMatchObject([{ matchesAll: false }]);
  });

  it('are read without raw figures too, and from the basic classifier', () => {
    const basic = `filter parent ffff: protocol ip pref 49 basic chain 0 handle 0x1
 police 0x1 rate 3Mbit burst 300Kb mtu 65535b action drop overhead 0b`;
    const [policer] = parseTcPolicers(basic);
    expect(policer).toMatchObject({
      filter: 'basic',
      rateBps: 375_000,
      burstBytes: 307_200,
      matchesAll: true,
    });
    expect(policer?.burstTicks).toBeUndefined();
  });

  it('are none where nothing polices', () => {
    expect(parseTcPolicers('')).toEqual([]);
    expect(parseTcPolicers('filter protocol all pref 1 fw chain 0 handle 0x1 classid :1')).toEqual([]);
    expect(parseTcPolicers(' police 0x1 rate 4Mbit burst 256Kb action drop')).toEqual([]);
  });

  it('are read in no time from a megabyte of rubbish', () => {
    const started = performance.now();
    parseTcPolicers(`filter protocol all pref 1 u32\n police 0x1 ${'rate '.repeat(200_000)}`);
    parseTcPolicers(`action order 1: ${' '.repeat(1_000_000)}`);
    expect(performance.now() - started).toBeLessThan(2000);
  });
});

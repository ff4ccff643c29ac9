import { describe, expect, it } from 'vitest';
import { isLibvirts } from '../../../src/observed/policers.ts';
import { policePath } from '../../../src/observed/tc-path/police-path.ts';
import { parseTcRules } from '../../../src/observed/tc-path/rule.ts';
import { policersOf } from '../../../src/observed/tc-policer.ts';
import { parseTcQdiscs } from '../../../src/observed/tc-qdisc.ts';
import { filter, gact, libvirts, police } from './lines.ts';

/** What keeps libvirt's policer of 16 Mbit/s from being the limit: `past pref 1`. */
function found(filters: string, qdiscs = '') {
  const rules = parseTcRules(filters);
  const target = policersOf(rules).find(isLibvirts);
  if (target === undefined) throw new Error('there is no policer');
  return policePath(rules, target.rule, parseTcQdiscs(qdiscs)[0]);
}

const word = (filters: string, qdiscs?: string) => {
  const path = found(filters, qdiscs);
  return path && `${path.how}${path.filter === undefined ? '' : ` pref ${path.filter.pref}`}`;
};

describe('packets get past a policer', () => {
  it.each([
    ['a filter lets everything pass', filter({ pref: 1 }, gact('pass'))],
    ['everything goes to a chain where nothing is', filter({ pref: 1 }, gact('goto chain 5'))],
    ['IPv4 is marked, and no action is left', filter({ pref: 1, protocol: 'ip' }, 'skbedit  mark 5 pipe')],
    ['flower takes everything', filter({ pref: 1, kind: 'flower', matches: ['not_in_hw'] }, gact('pass'))],
    [
      'flower takes one port',
      filter(
        {
          pref: 1,
          kind: 'flower',
          protocol: 'ip',
          matches: ['eth_type ipv4', 'ip_proto tcp', 'dst_port 80', 'not_in_hw'],
        },
        gact('pass'),
      ),
    ],
    ['ARP alone is let pass', filter({ pref: 1, protocol: 'arp' }, gact('pass'))],
    ['packets of a protocol without a name are', filter({ pref: 1, protocol: '[34958]' }, gact('pass'))],
    [
      'everything goes to another device',
      filter({ pref: 1 }, 'mirred (Egress Redirect to device ifb7) stolen'),
    ],
    ['a filter does nothing at all', filter({ pref: 1 })],
    ['a tag is taken off, and no action is left', filter({ pref: 1, protocol: '802.1Q' }, 'vlan  pop pipe')],
    [
      'another policer lets more through for good',
      filter({ pref: 1 }, police('rate 20Mbit burst 512Kb mtu 64Kb')),
    ],
    [
      'another policer of the same rate lets more through at once',
      filter({ pref: 1 }, police('rate 16Mbit burst 4Mb mtu 64Kb')),
    ],
    ['another policer drops nothing', filter({ pref: 1 }, police('rate 1Mbit burst 512Kb mtu 64Kb', 'pass'))],
    [
      'headers are changed, and the packet accepted',
      filter(
        { pref: 1 },
        ' pedit action pipe keys 1\n \t index 1 ref 1 bind 1\n\t key #0  at ipv4+8: val 05000000 mask 00ffffff',
        'csum (iph) action pass',
      ),
    ],
    [
      'a chain lets pass what it is given',
      filter({ pref: 1 }, gact('goto chain 7')) + filter({ pref: 3, chain: 7 }, gact('pass')),
    ],
    [
      'two filters take half of all each',
      filter({ pref: 1, protocol: 'ip' }, gact('pass')) + filter({ pref: 2, protocol: 'ipv6' }, gact('pass')),
    ],
  ])('where %s', (_what, before) => {
    expect(word(before + libvirts)).toBe(`past pref ${/pref 3 matchall chain 7/.test(before) ? 3 : 1}`);
  });

  it('that is in a chain where no filter leads to', () => {
    const alone = libvirts.replaceAll('chain 0', 'chain 7');
    expect(found(alone)).toMatchObject({ how: 'past', why: 'no packet comes to it: no filter takes them' });
    expect(word(filter({ pref: 1 }, gact('goto chain 7')) + alone)).toBeUndefined();
  });
});

describe('a policer is the limit', () => {
  it.each([
    ['nothing else is there', ''],
    [
      'packets are marked before it, and go on',
      filter({ pref: 1 }, 'skbedit  mark 5 pipe', gact('continue')),
    ],
    [
      'a copy goes elsewhere',
      filter({ pref: 1 }, 'mirred (Egress Mirror to device ifb7) pipe', gact('continue')),
    ],
    ['some are dropped before it', filter({ pref: 1, protocol: 'arp' }, gact('drop'))],
    [
      'packets are counted, and full frames reach the rate before their number',
      filter(
        { pref: 1 },
        police('rate 0bit burst 0b mtu 4096Mb pkts_rate 5000 pkts_burst 2', 'drop/continue'),
      ),
    ],
    [
      'a looser policer lets go on',
      filter({ pref: 1 }, police('rate 20Mbit burst 512Kb mtu 64Kb', 'drop/continue')),
    ],
    [
      "MidoNet's own, which is stricter, decides",
      filter({ pref: 5, kind: 'basic', matches: [] }, police('rate 10Mbit burst 512Kb mtu 64Kb')),
    ],
    [
      'a few packets have a policer of a tenth of it',
      filter(
        { pref: 49, kind: 'flower', protocol: 'ip', matches: ['eth_type ipv4', 'dst_port 53'] },
        police('rate 1Mbit burst 10Kb mtu 64Kb'),
      ),
    ],
    [
      'another one of the same numbers decides',
      filter({ pref: 1 }, police('rate 16Mbit burst 512Kb mtu 64Kb')),
    ],
    ['other filters come after it', filter({ pref: 50000 }, gact('pass'))],
  ])('where %s', (_what, before) => {
    expect(word(before + libvirts)).toBeUndefined();
  });
});

describe('a policer lets less through than it says', () => {
  const own = (from: string, to: string) => libvirts.replace(from, to);
  it.each([
    ['it drops packets as a guest sends them at once', own('mtu 64Kb', 'mtu 1500b'), 'stricter'],
    ['another filter shares it', own('ref 1 bind 1', 'ref 2 bind 2'), 'stricter'],
    ['it has a peak rate', own('action drop', 'peakrate 2Mbit action drop'), 'stricter'],
    ['it counts cells', own('linklayer ethernet', 'linklayer atm'), 'stricter'],
    ['everything is dropped before it', filter({ pref: 1 }, gact('drop')) + libvirts, 'stricter pref 1'],
    [
      'all of IPv4 is dropped before it',
      filter({ pref: 1, protocol: 'ip' }, gact('drop')) + libvirts,
      'stricter pref 1',
    ],
    ['everything is trapped before it', filter({ pref: 1 }, gact('trap')) + libvirts, 'stricter pref 1'],
    [
      'packets are counted before it',
      filter(
        { pref: 1 },
        police('rate 0bit burst 0b mtu 4096Mb pkts_rate 20 pkts_burst 2', 'drop/continue'),
      ) + libvirts,
      'stricter pref 1',
    ],
    [
      'another one decides, and is not known to be of a system with limits of its own',
      filter({ pref: 1 }, police('rate 10Mbit burst 512Kb mtu 64Kb')) + libvirts,
      'stricter pref 1',
    ],
    [
      'another one that everything meets is stricter',
      filter({ pref: 1 }, police('rate 10Mbit burst 512Kb mtu 64Kb', 'drop/continue')) + libvirts,
      'stricter pref 1',
    ],
  ])('where %s', (_what, filters, how) => {
    expect(word(filters)).toBe(how);
  });

  it('but not where filters of the same device share it', () => {
    const [v4, v6] = ['ip', 'ipv6'].map(one =>
      filter(
        { pref: one === 'ip' ? 3 : 4, protocol: one },
        police('rate 16Mbit burst 512Kb mtu 64Kb', 'drop', '', 2),
      ),
    );
    const rules = parseTcRules(`${v4}${v6}`);
    const of = rules[0];
    expect(of && policePath(rules, of)?.how).toBe('past');
    expect(of && policePath(rules, of)?.why).toContain('no filter takes them');
  });
});

describe('nothing is proved', () => {
  it.each([
    [
      'a program decides',
      filter(
        { pref: 1, kind: 'bpf', rest: "not_in_hw bytecode '1,6 0 0 4294967295'", matches: [] },
        gact('pass'),
      ),
      1,
    ],
    [
      'a program may drop everything',
      filter(
        { pref: 1, kind: 'bpf', rest: "not_in_hw bytecode '1,6 0 0 4294967295'", matches: [] },
        gact('drop'),
      ),
      1,
    ],
    [
      'a policer drops what conforms',
      filter({ pref: 1 }, police('rate 20Mbit burst 512Kb mtu 64Kb', 'continue/drop')),
      1,
    ],
    [
      'what is started again is chosen by an expression',
      filter({ pref: 1, kind: 'basic', matches: ['meta(pkt_len gt 0)'] }, gact('reclassify')),
      1,
    ],
    [
      'a program acts by itself',
      filter({ pref: 1, kind: 'bpf', rest: 'prog.o:[x] direct-action not_in_hw', matches: [] }),
      1,
    ],
    [
      'an action is not known',
      filter({ pref: 1 }, 'Simple <hello>\n\t index 1 ref 1 bind 1', gact('continue')),
      1,
    ],
    [
      'an action is something else at random',
      filter({ pref: 1 }, 'gact action pass\n\t random type determ drop val 5'),
      1,
    ],
    ['the mark of a connection is taken', filter({ pref: 1 }, 'connmark zone 0 pipe', gact('continue')), 1],
    ['a mark decides', filter({ pref: 1, kind: 'fw', matches: [] }, gact('pass')), 1],
    ['actions are skipped', filter({ pref: 1 }, gact('jump 1'), gact('continue')), 1],
    [
      'chains lead to each other',
      filter({ pref: 1 }, gact('goto chain 1')) + filter({ pref: 2, chain: 1 }, gact('goto chain 0')),
      1,
    ],
    [
      'a search goes on in another table',
      `filter protocol ip pref 2 u32 chain 0 fh 801::1 order 1 key ht 801 bkt 0 link 1: not_in_hw\n  match 00000000/00000000 at 0\n`,
      2,
    ],
    ['a line is none of tc', 'fliter protocol all\n', 0],
    [
      'a policer has a word that is not known',
      filter({ pref: 1 }, police('rate 1Mbit burst 10Kb mtu 64Kb', 'drop/continue', 'quux 3')),
      1,
    ],
    [
      'the hardware alone has it',
      filter({ pref: 1, kind: 'flower', matches: ['skip_sw', 'in_hw'] }, gact('pass')),
      1,
    ],
  ])('where %s', (_what, before, pref) => {
    expect(word(before + libvirts)).toMatch(new RegExp(`^unknown pref (?:${pref}|2)$`));
    expect(found(before + libvirts)?.why).not.toBe('');
  });

  it('where what comes behind it starts packets again', () => {
    const first = libvirts.replace('action drop', 'action drop/continue');
    const again = filter({ pref: 50000 }, police('rate 1Mbit burst 10Kb mtu 64Kb', 'reclassify/reclassify'));
    expect(word(first + again)).toBe('unknown pref 50000');
  });

  it('where other devices may share its filters', () => {
    expect(word(libvirts.replaceAll('filter protocol', 'filter block 22 protocol'))).toBe('unknown');
  });

  it('where packets came in and it has counted none', () => {
    const qdisc = (packets: number) => `qdisc ingress ffff:[ffff0000] parent ffff:fff1 ---------------- 
 Sent ${packets * 90} bytes ${packets} pkt (dropped 0, overlimits 0 requeues 0) `;
    expect(word(libvirts, qdisc(40))).toBe('unknown');
    expect(word(libvirts, qdisc(2))).toBeUndefined();
    const counted = libvirts.replace('Sent 0 bytes 0 pkts', 'Sent 90 bytes 1 pkts');
    expect(word(counted, qdisc(40))).toBeUndefined();
  });

  it('and nothing takes long, however many filters there are', () => {
    const many = Array.from({ length: 400 }, (_, at) =>
      filter(
        { pref: at + 1, kind: 'flower', matches: ['dst_port 1'] },
        police('rate 1Mbit burst 10Kb mtu 64Kb', 'drop/continue').replace('0x9', `0x${at + 100}`),
      ),
    );
    expect(word(many.join('') + libvirts)).toMatch(/^unknown/);
  });
});

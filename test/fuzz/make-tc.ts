import type { Dice } from './dice.ts';

/** What tc may print of a device: some qdiscs, classes and filters that fit together, or nearly. */
export function makeTc(dice: Dice): string {
  const lines = (make: (dice: Dice, at: number) => string) =>
    Array.from({ length: dice.below(5) }, (_, at) => make(dice, at));
  return dice.of([
    () => [rootOf(dice), ...lines(qdisc)].join('\n'),
    () => lines(tcClass).join('\n'),
    () => lines(filter).join('\n'),
    () => JSON.stringify(lines(tcClass).map((_, at) => jsonClass(dice, at))),
    () => [rootOf(dice), ...lines(qdisc), ...lines(tcClass), ...lines(filter), ''].join('\n'),
  ])();
}

const rate = (dice: Dice) => `${1 + dice.below(4000)}${dice.of(['bit', 'Kbit', 'Mbit', 'Gbit', 'Tbit'])}`;
const size = (dice: Dice) => `${1 + dice.below(4000)}${dice.of(['b', 'Kb', 'Mb', 'Gb'])}`;
const classid = (dice: Dice) => dice.of(['1:', '1:1', '1:2', '1:10', '1:fffe', ':1', '8001:a', 'none']);
const protocol = (dice: Dice) => dice.of(['all', 'ip', 'ipv6', 'arp', '802.1Q', '[8847]']);

function rootOf(dice: Dice): string {
  return dice.of([
    `qdisc htb 1: root refcnt 2 r2q 10 default 0x${dice.below(40)} direct_packets_stat ${dice.below(9)} direct_qlen 1000`,
    `qdisc hfsc 1: root refcnt 2 default ${dice.below(40)}`,
    `qdisc tbf 8001: root refcnt 2 rate ${rate(dice)} burst ${size(dice)} lat 50ms`,
    'qdisc prio 1: root refcnt 2 bands 3 priomap 1 2 2 2 1 2 0 0 1 1 1 1 1 1 1 1',
    'qdisc noqueue 0: root refcnt 2',
    'qdisc mq 0: root',
    `qdisc cake 8004: root refcnt 2 bandwidth ${rate(dice)} diffserv3`,
  ]);
}

function qdisc(dice: Dice, at: number): string {
  const counters = ` Sent ${dice.below(10 ** 9)} bytes ${dice.below(1000)} pkt (dropped ${dice.below(9)}, overlimits 0 requeues 0)`;
  const line = dice.of([
    'qdisc ingress ffff: parent ffff:fff1 ----------------',
    'qdisc clsact ffff: parent ffff:fff1',
    `qdisc fq_codel ${at + 2}: parent ${classid(dice)} limit 10240p flows 1024 quantum 1514 target 5ms`,
    `qdisc netem ${at + 2}: parent ${classid(dice)} limit 1000 delay 10ms rate ${rate(dice)}`,
    `qdisc pfifo ${at + 2}: parent ${classid(dice)} limit 1000p`,
  ]);
  return dice.chance(0.5) ? `${line}\n${counters}\n backlog 0b 0p requeues 0` : line;
}

function tcClass(dice: Dice, at: number): string {
  const parent = dice.chance(0.5) ? 'root' : `parent ${classid(dice)}`;
  const leaf = dice.chance(0.5) ? ` leaf ${at + 2}:` : '';
  return dice.of([
    `class htb 1:${at} ${parent}${leaf} prio 0 quantum 1000 rate ${rate(dice)} ceil ${rate(dice)} burst ${size(dice)} cburst ${size(dice)} level 0`,
    `class hfsc 1:${at} ${parent}${leaf} sc m1 ${rate(dice)} d 10us m2 ${rate(dice)} ul m1 0bit d 0us m2 ${rate(dice)}`,
    `class fq_codel 2:${at} parent 2:`,
  ]);
}

function jsonClass(dice: Dice, at: number): unknown {
  const where = dice.chance(0.5) ? { root: true } : { parent: classid(dice) };
  const [least, most] = [dice.below(2 ** 31), dice.below(2 ** 40)];
  return {
    class: 'htb',
    handle: `1:${at}`,
    ...where,
    prio: 0,
    rate: least,
    ceil: most,
    burst: 1600,
    cburst: 1600,
  };
}

function filter(dice: Dice): string {
  const hook = dice.of(['parent ffff: ', 'parent 1: ', 'ingress ', 'egress ', '']);
  const kind = dice.of(['u32', 'matchall', 'flower', 'basic', 'fw', 'bpf', 'route']);
  const list = `filter ${hook}protocol ${protocol(dice)} pref ${dice.of([1, 5, 49, 49152])} ${kind} chain ${dice.of([0, 0, 0, 1, 4])} `;
  const details = dice.of([
    '',
    '  match 00000000/00000000 at 0',
    '  match 0a000000/ff000000 at 16',
    '  not_in_hw',
    '  eth_type ipv4',
  ]);
  const head = `${list}${kind === 'u32' ? 'fh 800::800 order 2048 key ht 800 bkt 0 ' : 'handle 0x1 '}${dice.chance(0.5) ? `flowid ${classid(dice)} ` : ''}`;
  const tables = kind === 'u32' ? `${list}\n${list}fh 800: ht divisor 1 \n` : `${list}\n`;
  return `${tables}${head}\n${details}\n${action(dice)}`;
}

function action(dice: Dice): string {
  const control = dice.of([
    'drop',
    'pass',
    'continue',
    'reclassify',
    'pipe',
    'drop/pipe',
    `goto chain ${dice.below(5)}`,
    'jump 1',
  ]);
  return dice.of([
    '',
    ` police 0x${dice.below(9)} rate ${rate(dice)} burst ${size(dice)} mtu 64Kb action ${control} overhead 0b linklayer ethernet \n\tref 1 bind 1 \n`,
    `\taction order 1:  police 0x1 rate ${rate(dice)} burst ${size(dice)} mtu 2Kb action ${control} overhead 0b \n\tref 1 bind 1\n`,
    `\taction order 1: mirred (Egress Redirect to device ifb0) ${dice.of(['stolen', 'pipe'])}\n\t index 1 ref 1 bind 1\n`,
    `\taction order 1: gact action ${control}\n\t random type none pass val 0\n\t index 1 ref 1 bind 1\n`,
    '\taction order 1: skbedit  priority :5 pipe\n\t index 1 ref 1 bind 1\n',
    `\taction order 1: ct zone 1 pipe\n\taction order 2: gact action ${control}\n`,
  ]);
}

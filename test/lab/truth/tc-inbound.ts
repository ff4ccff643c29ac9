import type { Dice } from './dice.ts';
import type { Made, Numbers } from './tc-outbound.ts';
import { actions, selector } from './tc-words.ts';

/** What libvirt makes on a tap that is no port of Open vSwitch. */
export function libvirtShaper({ rate, ceil = rate, burst }: Numbers): readonly string[] {
  return [
    'qdisc add dev T root handle 1: htb default 1',
    `class add dev T parent 1: classid 1:1 htb rate ${rate}kbit ceil ${ceil}kbit burst ${burst}kb`,
    'qdisc add dev T parent 1:1 handle 2: sfq perturb 10',
    'filter add dev T parent 1: protocol all prio 1 handle 1 fw flowid 1',
  ];
}

/** What stands where frames go to a guest. */
export function inbound(dice: Dice, numbers: Numbers): Made {
  const root = dice.weighted<readonly string[]>(
    [3, () => libvirtShaper(numbers)],
    [5, () => [...libvirtShaper(numbers), ...detour(dice)]],
    [3, () => leaf(dice, numbers)],
    [3, () => changed(dice, numbers)],
    [2, () => [otherRoot(dice, numbers)].flat()],
  );
  const before = dice.chance(0.25) ? hook(dice, numbers) : [];
  const lines = [...root, ...before];
  const usual = new Set(libvirtShaper(numbers));
  const odd = lines.filter(line => !usual.has(line));
  return { lines, what: odd.length > 0 ? odd : ["libvirt's class"] };
}

/** A filter of htb's own, to a class that may be there. */
function detour(dice: Dice): readonly string[] {
  const target = dice.of('1:1', '1:', '1:0', '1:2', '1:2', '1:9', '2:', '1:3');
  const classes = /1:[23]/.test(target) && dice.chance(0.9) ? classOf(dice, target) : [];
  const which = selector(dice);
  const names = /flower/.test(which) ? 'classid' : 'flowid';
  const does = dice.weighted(
    [6, () => ''],
    [1, () => ` action ${dice.of('pass', 'drop', 'pipe', 'continue')}`],
  );
  return [
    ...classes,
    `filter add dev T parent 1: pref ${dice.of(2, 3, 7)} ${which} ${names} ${target}${does}`,
  ];
}

function classOf(dice: Dice, id: string): readonly string[] {
  const parent = dice.of('1:', '1:', '1:1');
  const rate = dice.of('10gbit', '1gbit', '8kbit', '512kbit');
  return [`class add dev T parent ${parent} classid ${id} htb rate ${rate}`];
}

/** Something below libvirt's class. */
function leaf(dice: Dice, numbers: Numbers): readonly string[] {
  const [root = '', top = '', , mark = ''] = libvirtShaper(numbers);
  const below = dice.weighted(
    [2, () => `tbf rate ${dice.of(64, 128, 4096)}kbit burst 6kb latency 50ms`],
    [2, () => `netem ${dice.of('rate 64kbit', 'rate 10mbit', 'loss 60%', 'delay 10ms', 'limit 1000')}`],
    [2, () => dice.of('pfifo limit 30', 'pfifo limit 200', 'bfifo limit 30000')],
    [2, () => dice.of('fq_codel', 'sfq', 'fq', 'codel', 'pie')],
    // A looser one serves sparse flows first: all of a few frames arrive, and what arrives is within the limit.
    [1, () => 'cake bandwidth 64kbit'],
    [1, () => 'prio'],
  );
  return [root, top, `qdisc add dev T parent 1:1 handle 2: ${below}`, mark];
}

/** libvirt's tree with another number, default, handle or more classes. */
function changed(dice: Dice, numbers: Numbers): readonly string[] {
  const { rate, burst } = numbers;
  const tree = (root: string, ...more: readonly string[]) => [
    root,
    ...libvirtShaper(numbers).slice(1),
    ...more,
  ];
  const usual = 'qdisc add dev T root handle 1: htb default 1';
  return dice.weighted<readonly string[]>(
    [2, () => libvirtShaper({ rate: rate * dice.of(0.5, 2, 3), burst })],
    [1, () => libvirtShaper({ rate, burst: burst * 4, ceil: rate * 8 })],
    [
      2,
      () =>
        tree(
          `qdisc add dev T root handle 1: htb default ${dice.of(0, 2, 9)}`,
          ...(dice.chance(0.5) ? classOf(dice, '1:2') : []),
        ),
    ],
    [1, () => tree('qdisc add dev T root handle 1: htb')],
    [1, () => tree(usual, 'class add dev T parent 1:1 classid 1:5 htb rate 1mbit')],
    [1, () => tree(usual, 'qdisc del dev T parent 1:1 handle 2:')],
    [
      1,
      () => [
        usual,
        'class add dev T parent 1: classid 1:10 htb rate 1gbit',
        ...libvirtShaper(numbers)
          .slice(1)
          .map(line => line.replace('parent 1: classid 1:1 ', 'parent 1:10 classid 1:1 ')),
      ],
    ],
  );
}

/** Another qdisc, or none. */
function otherRoot(dice: Dice, { rate }: Numbers): readonly string[] {
  return dice.weighted<readonly string[]>(
    [1, () => []],
    [
      1,
      () => [
        'qdisc add dev T root handle 1: hfsc default 1',
        `class add dev T parent 1: classid 1:1 hfsc sc rate ${rate * 2}kbit ul rate ${rate * 2}kbit`,
      ],
    ],
    [1, () => [`qdisc add dev T root tbf rate ${rate * dice.of(0.5, 2)}kbit burst 6kb latency 50ms`]],
    [1, () => [`qdisc add dev T root ${dice.of('fq_codel', 'prio', 'pfifo_fast', 'sfq', 'fq')}`]],
    [1, () => [`qdisc add dev T root cake bandwidth ${rate * 2}kbit`]],
    [1, () => [`qdisc add dev T root netem rate ${rate * 2}kbit`]],
  );
}

/** What is done with frames before they come to the root qdisc. */
function hook(dice: Dice, { rate }: Numbers): readonly string[] {
  const does = dice.weighted(
    [4, () => `action skbedit priority 1:${dice.of(0, 1, 2, 9)} ${dice.of('', 'pass', 'continue')}`],
    [1, () => `action skbedit mark ${dice.of(1, 5)}`],
    [1, () => `action mirred egress redirect dev ${dice.of('P', 'I')}`],
    [3, () => actions(dice, rate)],
  );
  return ['qdisc add dev T clsact', `filter add dev T egress pref 1 ${selector(dice)} ${does}`];
}

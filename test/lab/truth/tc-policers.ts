import type { Dice } from './dice.ts';
import type { Numbers } from './tc-outbound.ts';

/** libvirt's own policer, in `T`'s hook. */
export const libvirtPolicer = ({ rate, burst }: Numbers) =>
  `filter add HOOK protocol all u32 match u32 0 0 police rate ${rate}kbit burst ${burst}kb mtu 64kb drop flowid :1`;

/** A hook, with what polices there. */
export interface Hook {
  readonly what: string;
  readonly lines: readonly string[];
  readonly hasPartner?: true;
}

type Maker = (dice: Dice, numbers: Numbers) => Hook;

/** The hook, and what polices there. */
export function hook(dice: Dice, numbers: Numbers): Hook {
  const [first, ...others] = makers.map(([weight, make]) => [weight, () => make(dice, numbers)] as const);
  return first === undefined ? { what: '', lines: [] } : dice.weighted<Hook>(first, ...others);
}

const ingress = 'qdisc add dev T ingress';
const shape = ({ rate, burst }: Numbers) => `rate ${rate}kbit burst ${burst}kb`;

/** The ingress qdisc with some lines. */
const made =
  (what: string, lines: (dice: Dice, numbers: Numbers) => readonly string[]): Maker =>
  (dice, numbers) => ({ what, lines: [ingress, ...lines(dice, numbers)] });

/** libvirt's policer with other words. */
const policed = (what: string, words: (dice: Dice, numbers: Numbers) => string): Maker =>
  made(what, (dice, numbers) => [
    libvirtPolicer(numbers).replace(/police rate.*drop/, `police ${words(dice, numbers)}`),
  ]);

/** libvirt's policer, where one word of it is another. */
const replaced = (what: string, word: string, by: (dice: Dice) => string): Maker =>
  made(what, (dice, numbers) => [libvirtPolicer(numbers).replace(word, by(dice))]);

const shared: Maker = (_, numbers) => ({
  what: 'shared by two devices',
  lines: [
    ingress,
    'qdisc add dev P ingress',
    `actions replace action police ${shape(numbers)} mtu 64kb drop index N`,
    'filter add HOOK pref 49152 protocol all matchall action police index N',
    'filter add dev P parent ffff: pref 49152 protocol all matchall action police index N',
  ],
  hasPartner: true,
});

const block: Maker = (dice, numbers) => {
  const isShared = dice.chance(0.5);
  const partner = isShared ? ['qdisc add dev P ingress_block N ingress'] : [];
  return {
    what: 'a block',
    lines: ['qdisc add dev T ingress_block N ingress', ...partner, libvirtPolicer(numbers)],
    ...(isShared && { hasPartner: true as const }),
  };
};

const byProtocol: Maker = made('one by protocol', (dice, numbers) =>
  ['ip', 'ipv6', 'arp', '802.1q', '0x88b5']
    .slice(0, dice.of(3, 5))
    .map(
      (protocol, n) =>
        `filter add HOOK pref ${10 + n} protocol ${protocol} matchall action police ${shape(numbers)} mtu 64kb drop`,
    ),
);

const makers: readonly (readonly [weight: number, make: Maker])[] = [
  [12, made("libvirt's policer", (_, numbers) => [libvirtPolicer(numbers)])],
  [1, made('no policer', () => [])],
  [1, () => ({ what: 'no hook', lines: [] })],
  [1, (_, numbers) => ({ what: 'clsact', lines: ['qdisc add dev T clsact', libvirtPolicer(numbers)] })],
  [
    1,
    policed(
      'another rate',
      (dice, { rate, burst }) => `rate ${rate * dice.of(2, 3, 0.5)}kbit burst ${burst}kb mtu 64kb drop`,
    ),
  ],
  [
    1,
    policed('a larger burst', (_, { rate, burst }) => `rate ${rate}kbit burst ${burst * 4}kb mtu 64kb drop`),
  ],
  [1, policed('an mtu of 1500', (_, numbers) => `${shape(numbers)} mtu 1500 drop`)],
  [
    1,
    policed(
      'what is too much is let through',
      (dice, numbers) =>
        `${shape(numbers)} mtu 64kb conform-exceed ${dice.of('pass', 'pipe', 'continue', 'ok', 'reclassify')}`,
    ),
  ],
  [
    1,
    policed(
      'conform and exceed',
      (dice, numbers) =>
        `${shape(numbers)} mtu 64kb conform-exceed drop/${dice.of('pass', 'pipe', 'continue', 'ok', 'drop')}`,
    ),
  ],
  [
    1,
    policed(
      'before another action',
      (dice, numbers) =>
        `${shape(numbers)} mtu 64kb conform-exceed drop/pipe action ${dice.of('pass', 'drop', 'continue')}`,
    ),
  ],
  [
    1,
    replaced('of one protocol', 'protocol all', dice => `protocol ${dice.of('ip', 'ipv6', '802.1q', 'arp')}`),
  ],
  [
    1,
    replaced('of some frames', 'u32 0 0', dice =>
      dice.of('ip dport 53 0xffff', 'u8 0x11 0xff at 9', 'u32 0 0x1'),
    ),
  ],
  [
    1,
    made('in a chain', (dice, numbers) => [
      libvirtPolicer(numbers).replace('protocol', 'chain 7 protocol'),
      ...(dice.chance(0.5) ? ['filter add HOOK pref 9 protocol all matchall action goto chain 7'] : []),
    ]),
  ],
  [1, byProtocol],
  [
    1,
    made('an action of its own', (_, numbers) => [
      `filter add HOOK pref 49152 protocol all matchall action police ${shape(numbers)} mtu 64kb drop`,
    ]),
  ],
  [
    1,
    made('with a limit of packets', (dice, numbers) => [
      `filter add HOOK pref 1 protocol all matchall action police pkts_rate ${dice.of(20, 5000)} pkts_burst 10 conform-exceed drop/${dice.of('pipe', 'continue')}`,
      libvirtPolicer(numbers),
    ]),
  ],
  [2, shared],
  [1, block],
];

import type { Dice } from './dice.ts';
import { actions, police, selector } from './tc-words.ts';

/** Lines of tc, and what they are in words. */
export interface Made {
  readonly lines: readonly string[];
  readonly what: readonly string[];
  readonly hasPartner?: true;
}

/** What is asked of a direction of a tap: kbit/s, and KiB at once. */
export interface Numbers {
  readonly rate: number;
  readonly burst: number;
  /** Of the class. */
  readonly ceil?: number;
}

/** libvirt's own policer, in `T`'s hook. */
export const libvirtPolicer = ({ rate, burst }: Numbers) =>
  `filter add HOOK protocol all u32 match u32 0 0 police rate ${rate}kbit burst ${burst}kb mtu 64kb drop flowid :1`;

/** What stands where a guest's frames come in. */
export function outbound(dice: Dice, numbers: Numbers): Made {
  const base = hook(dice, numbers);
  const front = Array.from({ length: dice.of(0, 1, 1, 1, 2) }, (_, n) => filter(dice, numbers, n + 1));
  return {
    lines: [...base.lines, ...front.flat()],
    what: [base.what, ...front.flat()],
    ...(base.hasPartner && { hasPartner: true }),
  };
}

/** A filter before libvirt's, or after it; what it goes to may be there. */
function filter(dice: Dice, { rate }: Numbers, pref: number): readonly string[] {
  const does = actions(dice, rate);
  const at = dice.chance(0.1) ? 50_000 + pref : pref;
  const line = (chain: string, what: string) => `filter add HOOK pref ${at} ${chain}${what}`;
  const target = /goto chain (\d)/.exec(does)?.[1];
  const there =
    target && dice.chance(0.6)
      ? [line(`chain ${target} `, `protocol all matchall ${police(dice, rate)}`)]
      : [];
  return [...there, line(dice.chance(0.07) ? 'chain 7 ' : '', `${selector(dice)} ${does}`)];
}

interface Base {
  readonly lines: readonly string[];
  readonly what: string;
  readonly hasPartner?: true;
}

/** The hook, and what polices there. */
function hook(dice: Dice, numbers: Numbers): Base {
  const { rate, burst } = numbers;
  const ingress = 'qdisc add dev T ingress';
  const with1 = (what: string, ...lines: readonly string[]): Base => ({ what, lines: [ingress, ...lines] });
  const policed = (words: string) => libvirtPolicer(numbers).replace(/police rate.*drop/, words);
  const shape = `rate ${rate}kbit burst ${burst}kb`;
  return dice.weighted<Base>(
    [12, () => with1("libvirt's policer", libvirtPolicer(numbers))],
    [1, () => with1('no policer')],
    [1, () => ({ what: 'no hook', lines: [] })],
    [1, () => ({ what: 'clsact', lines: ['qdisc add dev T clsact', libvirtPolicer(numbers)] })],
    [
      1,
      () =>
        with1(
          'another rate',
          policed(`police rate ${rate * dice.of(2, 3, 0.5)}kbit burst ${burst}kb mtu 64kb drop`),
        ),
    ],
    [1, () => with1('a larger burst', policed(`police rate ${rate}kbit burst ${burst * 8}kb mtu 64kb drop`))],
    [1, () => with1('an mtu of 1500', policed(`police ${shape} mtu 1500 drop`))],
    [
      1,
      () =>
        with1(
          'what is too much is let through',
          policed(
            `police ${shape} mtu 64kb conform-exceed ${dice.of('pass', 'pipe', 'continue', 'ok', 'reclassify')}`,
          ),
        ),
    ],
    [
      1,
      () =>
        with1(
          'conform and exceed',
          policed(
            `police ${shape} mtu 64kb conform-exceed drop/${dice.of('pass', 'pipe', 'continue', 'ok', 'drop')}`,
          ),
        ),
    ],
    [
      1,
      () =>
        with1(
          'of one protocol',
          libvirtPolicer(numbers).replace(
            'protocol all',
            `protocol ${dice.of('ip', 'ipv6', '802.1q', 'arp')}`,
          ),
        ),
    ],
    [
      1,
      () =>
        with1(
          'of some frames',
          libvirtPolicer(numbers).replace(
            'u32 0 0',
            dice.of('ip dport 53 0xffff', 'u8 0x11 0xff at 9', 'u32 0 0x1'),
          ),
        ),
    ],
    [
      1,
      () =>
        with1(
          'in a chain',
          libvirtPolicer(numbers).replace('protocol', 'chain 7 protocol'),
          ...(dice.chance(0.5) ? ['filter add HOOK pref 9 protocol all matchall action goto chain 7'] : []),
        ),
    ],
    [
      1,
      () =>
        with1(
          'one by protocol',
          ...['ip', 'ipv6', 'arp', '802.1q', '0x88b5']
            .slice(0, dice.of(3, 5))
            .map(
              (protocol, n) =>
                `filter add HOOK pref ${10 + n} protocol ${protocol} matchall action police ${shape} mtu 64kb drop`,
            ),
        ),
    ],
    [
      1,
      () =>
        with1(
          'an action of its own',
          `filter add HOOK pref 49152 protocol all matchall action police ${shape} mtu 64kb drop`,
        ),
    ],
    [
      1,
      () =>
        with1(
          'before something that drops',
          policed(
            `police ${shape} mtu 64kb conform-exceed drop/pipe action ${dice.of('pass', 'drop', 'continue')}`,
          ),
        ),
    ],
    [
      1,
      () =>
        with1(
          'with a limit of packets',
          `filter add HOOK pref 1 protocol all matchall action police pkts_rate ${dice.of(20, 5000)} pkts_burst 10 conform-exceed drop/${dice.of('pipe', 'continue')}`,
          libvirtPolicer(numbers),
        ),
    ],
    [
      2,
      () => ({
        ...with1(
          'shared by two devices',
          'qdisc add dev P ingress',
          `actions replace action police ${shape} mtu 64kb drop index N`,
          'filter add HOOK pref 49152 protocol all matchall action police index N',
          'filter add dev P parent ffff: pref 49152 protocol all matchall action police index N',
        ),
        hasPartner: true,
      }),
    ],
    [
      1,
      () => {
        const isShared = dice.chance(0.5);
        const partner = isShared ? ['qdisc add dev P ingress_block N ingress'] : [];
        return {
          what: 'a block',
          lines: ['qdisc add dev T ingress_block N ingress', ...partner, libvirtPolicer(numbers)],
          ...(isShared && { hasPartner: true as const }),
        };
      },
    ],
  );
}

import type { Dice } from './dice.ts';

/** What a filter looks at, as tc says it: everything, or some of the sorts of frames that are sent. */
export function selector(dice: Dice): string {
  return dice.weighted(
    [4, () => dice.of('protocol all matchall', 'protocol all u32 match u32 0 0', 'protocol all flower')],
    [1, () => 'protocol all basic'],
    [1, () => `protocol all bpf bytecode "${dice.of('1,6 0 0 4294967295', '1,6 0 0 0')}"`],
    [1, () => "protocol all basic match 'meta(pkt_len gt 0)'"],
    [2, () => `protocol ip ${dice.of('matchall', 'u32 match u32 0 0', 'flower', 'basic')}`],
    [2, () => `protocol ${dice.of('ipv6', 'arp', '802.1q', '0x88b5')} ${dice.of('matchall', 'flower')}`],
    [1, () => `protocol ip flower ip_proto ${dice.of('tcp', 'udp')}`],
    [1, () => `protocol ip flower ip_proto udp dst_port 53`],
    [1, () => `protocol ip u32 match ip dport ${dice.of(53, 80)} 0xffff`],
    [1, () => 'protocol ip u32 match ip src 10.99.0.0/24'],
    [1, () => `protocol all handle ${dice.of(1, 5)} fw`],
    [1, () => 'protocol all u32 match u8 0 0 at -14'],
  );
}

/** What an action that may be set by a word does next. */
const control = (dice: Dice) => dice.of('pass', 'drop', 'pipe', 'continue', 'reclassify', 'ok');

/** A policer; `rate` in kbit/s of what is asked. */
export function police(dice: Dice, rate: number, burst = 8): string {
  const factor = dice.of(0.25, 0.5, 2, 4, 1);
  const exceed = dice.weighted(
    [3, () => 'drop'],
    [5, () => `conform-exceed ${control(dice)}/${control(dice)}`],
    [3, () => `conform-exceed ${dice.of('drop', 'continue', 'pipe', 'pass')}`],
  );
  // Not a peak rate: how fast a burst passes is not measured.
  const more = dice.weighted([8, () => ''], [1, () => ' mtu 1500'], [1, () => ' mtu 64kb']);
  return `action police rate ${rate * factor}kbit burst ${burst * dice.of(1, 1, 4)}kb${more} ${exceed}`;
}

/** One or several actions. `P` is a device beside it, `I` an ifb, `C` the number of a chain. */
export function actions(dice: Dice, rate: number): string {
  const one = dice.weighted(
    [4, () => `action ${control(dice)}`],
    [2, () => `action goto chain ${dice.of(5, 7)}`],
    [2, () => `action skbedit mark ${dice.of(1, 5)} ${dice.of('', 'pipe', 'continue', 'pass')}`],
    [1, () => `action skbedit priority 1:${dice.of(0, 1, 2)} ${dice.of('', 'continue', 'pass')}`],
    [2, () => `action mirred egress mirror dev P ${dice.of('', 'continue', 'pass')}`],
    [1, () => `action mirred egress redirect dev ${dice.of('P', 'I')}`],
    [3, () => police(dice, rate)],
    [1, () => `action csum ip4h ${dice.of('', 'continue', 'pass')}`],
    [1, () => `action pedit munge ip ttl set 64 ${dice.of('', 'pipe', 'continue', 'pass')}`],
    [
      1,
      () =>
        `action gact ${dice.of('pass', 'drop', 'continue')} random determ ${dice.of('pass', 'drop', 'continue')} 2`,
    ],
    [1, () => `action vlan push id 7 ${dice.of('', 'continue', 'pass')}`],
    [1, () => 'action trap'],
  );
  return dice.chance(0.15) ? `${one} action ${control(dice)}` : one;
}

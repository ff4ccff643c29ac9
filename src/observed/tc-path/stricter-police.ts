import { isOthers } from '../policers.ts';
import type { PathBreak } from './path.ts';
import { nameOf, type TcRule } from './rule.ts';
import type { End, MetPolicer } from './walk.ts';

/** Smaller packets than a guest may send at once (GSO, 64 KiB with its headers) are all that a policer lets pass. */
const WHOLE_MTU = 65_000;

/** What of the policer itself lets less through than its rate says. */
export function madeStricter(
  rules: readonly TcRule[],
  of: TcRule,
  { words, binds, text }: MetPolicer['police'],
): PathBreak | undefined {
  const here = rules
    .flatMap(rule => rule.actions)
    .filter(one => one.kind === 'police' && one.words.index === words.index);
  const stricter = (why: string): PathBreak => ({ how: 'stricter', why, part: 'ingress', text });
  if ((binds ?? 1) > here.length) {
    return stricter(
      `policer ${words.index} is shared with ${(binds ?? 1) - here.length} filter(s) elsewhere: all of them together get its rate`,
    );
  }
  if (of.block !== undefined) {
    return {
      ...stricter(
        `its filters are in block ${of.block}, which other devices may share: it is not known which do`,
      ),
      how: 'unknown',
    };
  }
  if (words.mtuBytes !== undefined && words.mtuBytes < WHOLE_MTU) {
    return stricter(
      `it drops every packet larger than ${words.mtuBytes} bytes, as a guest sends them with segmentation offload`,
    );
  }
  const [more] = words.more;
  return more === undefined ? undefined : stricter(`it is stricter than its rate: ${more}`);
}

/** Another policer that all of its packets meet too. Those of systems that have limits of their own are no surprise. */
export function stricterBeside(ends: readonly End[], target: MetPolicer['police']): PathBreak | undefined {
  for (const { packets } of ends) {
    const least = packets.met.find(
      ({ police, rule }) =>
        police !== target &&
        !isOthers(rule) &&
        rule.takes === 'all' &&
        rule.protocol === 'all' &&
        (isFewer(police, target) || isBetween(0, police.words.rateBps ?? 0, target.words.rateBps ?? 0)),
    );
    if (least === undefined) continue;
    const { rule, police } = least;
    const { kind, pref, chain } = rule;
    const perSecond = packetRateOf(police);
    const rate = perSecond === undefined ? `${police.words.rateBps} B/s` : `${perSecond} packets/s`;
    return {
      ...{ how: 'stricter', part: 'ingress', text: rule.text, filter: { kind, pref, chain } },
      why: `the ${nameOf(rule)} lets ${rate} through, which is less`,
    };
  }
  return undefined;
}

/** Packets a second, of one that counts them. */
function packetRateOf({ words }: MetPolicer['police']): number | undefined {
  const rates = words.more.map(word => /^pkts_rate (\d{1,15})$/.exec(word)?.[1]);
  const rate = rates.find(one => one !== undefined);
  return rate === undefined ? undefined : Number(rate);
}

/** Bytes of a packet that fills an Ethernet frame. */
const FULL_FRAME = 1514;

/** Whether so many packets, each a full frame, are fewer bytes than a policer lets through: then the rate is never reached. */
function isFewer(police: MetPolicer['police'], { words }: MetPolicer['police']): boolean {
  const packets = packetRateOf(police);
  return packets !== undefined && packets * FULL_FRAME < (words.rateBps ?? 0);
}

function isBetween(low: number, value: number, high: number): boolean {
  return value > low && value < high;
}

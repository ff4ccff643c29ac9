import type { Dice } from './dice.ts';
import { hook } from './tc-policers.ts';
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

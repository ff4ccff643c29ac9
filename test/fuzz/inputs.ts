import { type Dice, diceOf } from './dice.ts';
import type { Harness, Mutation } from './harness.ts';
import { mutated, textMutations } from './mutate-text.ts';

/** One input of a harness. */
export interface Input {
  readonly text: string;
  /** Whether it is also looked at how time grows with its size. */
  readonly grows: boolean;
  /** For what is chosen after it. */
  readonly dice: Dice;
}

/** Input `number` of a harness: the same for the same seed, whatever was read before it. */
export function inputOf(harness: Harness, corpus: readonly string[], seed: number, number: number): Input {
  const dice = diceOf(seed, harness.name, number);
  const grows = dice.chance(0.004);
  const isMade = harness.make !== undefined && dice.chance(0.3);
  const valid = isMade ? (harness.make?.(dice) ?? '') : dice.of(corpus);
  if (dice.chance(0.03)) return { text: valid, grows, dice };
  return { text: mutated(valid, mutationsOf(harness), corpus, dice), grows, dice };
}

/** Those that know the form are tried as often as all others together. */
function mutationsOf({ mutations = [] }: Harness): readonly Mutation[] {
  if (mutations.length === 0) return textMutations;
  const times = Math.ceil(textMutations.length / mutations.length);
  return [...textMutations, ...Array<readonly Mutation[]>(times).fill(mutations).flat()];
}

import { randomNumbers } from '../random-limits.ts';

/** Choices that are the same for the same seed. */
export interface Dice {
  /** True so often, from 0 to 1. */
  chance(probability: number): boolean;
  /** One of them, each as likely as the others. */
  of<T>(first: T, ...others: readonly T[]): T;
  /** What one of them makes, by their weights. */
  weighted<T>(...choices: readonly (readonly [weight: number, make: () => T])[]): T;
}

/** Those of one state: what it is follows from the seed and its number alone, whatever runs beside it. */
export function diceOf(seed: number, state: number): Dice {
  const random = randomNumbers(Math.imul(seed, 0x9e3779b1) ^ Math.imul(state + 1, 0x85ebca6b));
  return {
    chance: probability => random() < probability,
    of: (...all) => all[Math.floor(random() * all.length)] ?? all[0],
    weighted: (...choices) => {
      let left = random() * choices.reduce((sum, [weight]) => sum + weight, 0);
      for (const [weight, make] of choices) {
        left -= weight;
        if (left < 0) return make();
      }
      throw new Error('there is nothing to choose from');
    },
  };
}

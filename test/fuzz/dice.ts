/** Choices that are the same for the same seed. */
export interface Dice {
  /** From 0 to below `end`. */
  below(end: number): number;
  /** True so often, from 0 to 1. */
  chance(probability: number): boolean;
  /** One of them, each as likely as the others. */
  of<T>(all: readonly T[]): T;
}

/** Those of one input: what it is follows from the seed, its harness and its number alone. */
export function diceOf(seed: number, harness: string, number: number): Dice {
  const random = randomNumbers(hashOf(`${seed} ${harness} ${number}`));
  const below = (end: number) => Math.floor(random() * end);
  return {
    below,
    chance: probability => random() < probability,
    of: all => {
      if (all.length === 0) throw new Error('there is nothing to choose from');
      return all[below(all.length)] as (typeof all)[number];
    },
  };
}

/** FNV-1a. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash;
}

/** Mulberry32: from 0 to below 1. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

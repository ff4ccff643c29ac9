import type { Harness } from './harness.ts';
import { check } from './laws.ts';

const MOST_TRIES = 400;

/** A shorter input that breaks the same law; pieces are left out as long as it does. */
export async function shrunk(harness: Harness, input: string, law: string): Promise<string> {
  let best = input;
  let left = MOST_TRIES;
  for (let size = Math.ceil(best.length / 2); size > 0; size = Math.floor(size / 2)) {
    for (let at = 0; at < best.length && left > 0; left -= 1) {
      const shorter = best.slice(0, at) + best.slice(at + size);
      const { breach } = await check(harness, shorter);
      if (breach?.law === law) best = shorter;
      else at += size;
    }
  }
  return best;
}

import type { Dice } from './dice.ts';
import type { Harness } from './harness.ts';
import type { Breach } from './laws.ts';

const SIZES = [4, 8, 16, 32, 64, 128].map(kib => kib * 1024);
/** Below this nobody waits for it, and the clock tells little. */
const LEAST_MS = 50;
/** Twice the size, so many times the CPU time, twice in a row: more than proportional. */
const FACTOR = 2.9;

/** Lets a piece of an input come again and again until the whole is so large; time must grow no faster than that. */
export async function growthBreach(harness: Harness, input: string, dice: Dice): Promise<Breach | undefined> {
  const grow = growing(input, dice);
  const times: number[] = [];
  for (const size of SIZES) {
    const cpuMs = await cpuOf(harness, grow(size));
    times.push(cpuMs);
    if (cpuMs > 3000) break;
  }
  const [two = 0, one = 0, last = 0] = times.slice(-3);
  if (last < LEAST_MS || last < one * FACTOR || one < two * FACTOR) return undefined;
  // Other work may have been in the way.
  const again = await cpuOf(harness, grow(SIZES[times.length - 1] ?? 0));
  if (again < one * FACTOR) return undefined;
  return {
    law: 'growth',
    detail: `${times.map(Math.round).join(', ')} ms of CPU time for 4 KiB, 8 KiB, …: ${JSON.stringify(grow(400).slice(0, 400))}`,
  };
}

function growing(input: string, dice: Dice): (size: number) => string {
  const from = dice.below(input.length + 1);
  const length = dice.of([1, 1, 2, 5, 20, 100, 1000]);
  const lineEnd = input.indexOf('\n', from);
  const end = dice.chance(0.4) && lineEnd > from ? lineEnd + 1 : from + length;
  const piece = input.slice(from, end) || 'a';
  const rest = input.length > 4096 ? input.slice(end, end + 4096) : input.slice(end);
  const start = input.slice(Math.max(0, from - 4096), from);
  return size => start + piece.repeat(Math.ceil(size / piece.length)) + rest;
}

/** The less of two times, in ms. */
async function cpuOf(harness: Harness, input: string): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < 2; round += 1) {
    const before = process.cpuUsage();
    await Promise.resolve()
      .then(() => harness.read(input))
      .catch(() => undefined);
    const { user, system } = process.cpuUsage(before);
    times.push((user + system) / 1000);
  }
  return Math.min(...times);
}

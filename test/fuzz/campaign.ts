import { growthBreach } from './growth.ts';
import type { Harness } from './harness.ts';
import { inputOf } from './inputs.ts';
import { type Breach, check } from './laws.ts';
import { shrunk } from './shrink.ts';

/** An input that breaks a law. */
export interface Find extends Breach {
  readonly harness: string;
  readonly number: number;
  /** The shortest that was found to do it; as it was, where that would take too long. */
  readonly input: string;
}

/** Some inputs of one harness. */
export interface Portion {
  readonly seed: number;
  /** The first one, and how many. */
  readonly from: number;
  readonly count: number;
}

/** What is told while it runs. */
export interface Watcher {
  /** Before an input is read. */
  readonly starts?: (number: number) => void;
  readonly found: (find: Find) => void;
}

/** What came of it. */
export interface Outcome {
  readonly inputs: number;
  readonly finds: number;
  readonly slowestMs: number;
}

/** Reads inputs of one harness, one after the other. */
export async function runPortion(harness: Harness, portion: Portion, watcher: Watcher): Promise<Outcome> {
  const corpus = harness.corpus();
  let finds = 0;
  let slowestMs = 0;
  const end = portion.from + portion.count;
  for (let number = portion.from; number < end; number += 1) {
    watcher.starts?.(number);
    const { text, grows, dice } = inputOf(harness, corpus, portion.seed, number);
    const { breach, cpuMs } = await check(harness, text);
    slowestMs = Math.max(slowestMs, cpuMs);
    if (breach !== undefined) {
      const input = isSlow(breach) ? text : await shrunk(harness, text, breach.law);
      watcher.found({ ...breach, harness: harness.name, number, input });
    }
    const growth = grows ? await growthBreach(harness, text, dice) : undefined;
    if (growth !== undefined) watcher.found({ ...growth, harness: harness.name, number, input: text });
    finds += (breach === undefined ? 0 : 1) + (growth === undefined ? 0 : 1);
  }
  return { inputs: portion.count, finds, slowestMs };
}

/** What takes long is not tried hundreds of times. */
function isSlow({ law }: Breach): boolean {
  return law === 'time' || law === 'memory';
}

import type { Bench } from './bench.ts';
import { judgementOf } from './matrix.ts';
import type { Turn } from './numbers.ts';
import type { Judged, State } from './state.ts';

/** Which states are gone through, and who hears of them. */
export interface Run {
  readonly seed: number;
  readonly turns: readonly Turn[];
  /** The scene is left as it is: who started the hypervisor ends it. */
  readonly isLeft?: true;
  /** A batch of them is done. */
  readonly done: (judged: readonly Judged[]) => void;
}

/**
 * Makes states, as many at once as there are places, and judges them. What would be a lie or a false alarm is made once more:
 * only what is so again counts.
 */
export async function runStates(bench: Bench, { seed, turns, done }: Run): Promise<void> {
  for (let at = 0; at < turns.length; at += bench.slots) {
    const states = turns
      .slice(at, at + bench.slots)
      .map(({ number, ordinal }) => bench.state(seed, number, ordinal % bench.slots));
    done(await judgedTwice(bench, states));
  }
}

async function judgedTwice(bench: Bench, states: readonly State[]): Promise<readonly Judged[]> {
  const first = await bench.judge(states);
  const doubtful = states.filter(state =>
    first.some(one => one.state.number === state.number && isWrong(one)),
  );
  if (doubtful.length === 0) return first;
  const second = new Map((await bench.judge(doubtful, true)).map(one => [nameOf(one), one]));
  return first.map(one => second.get(nameOf(one)) ?? one);
}

/** Whether something is said that is not so. */
export function isWrong(judged: Judged): boolean {
  const judgement = judgementOf(judged);
  return judgement === 'lie' || judgement === 'false alarm' || judged.effective?.isRight === false;
}

function nameOf({ state, limit }: Judged): string {
  return `${state.number} ${limit}`;
}

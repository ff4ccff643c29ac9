import { fromOutside } from '../from-outside.ts';
import type { Hypervisor } from '../hypervisor.ts';
import type { Kind } from '../kinds.ts';
import { say } from '../progress.ts';
import { startHypervisor } from '../start.ts';
import type { Bench } from '../truth/bench.ts';
import { benchOf } from '../truth/benches.ts';
import { type Turn, turnOf, turnsOf } from '../truth/numbers.ts';
import { summaryOf, wordsOf } from '../truth/report.ts';
import type { Area, Judged } from '../truth/state.ts';
import { askerOf } from '../truth/told.ts';
import { isWrong, runStates } from '../truth/truth.ts';
import { flavorText } from '../virt-quota.ts';

/** What `lab truth` shall try. */
export interface TruthOptions {
  readonly kinds: readonly Kind[];
  readonly seed: number;
  /** How many states on each kind. */
  readonly cases: number;
  /** The number of the one state to be made; absent: all. */
  readonly only?: number;
  readonly areas: readonly Area[];
}

/**
 * Makes random states in a fresh hypervisor of each kind, and compares what virt-quota says with what really happens.
 *
 * @returns 1 when something was said that is not so, else 0.
 */
export async function truth({ kinds, seed, cases, only, areas }: TruthOptions): Promise<number> {
  const turns = only === undefined ? turnsOf(areas, cases) : [turnOf(only)];
  const all: Judged[] = [];
  for (const kind of kinds) {
    const hypervisor = await startHypervisor(kind);
    try {
      all.push(...(await truthOn(hypervisor, seed, turns)));
    } finally {
      await hypervisor.stop();
    }
  }
  console.log(summaryOf(all));
  return all.some(isWrong) ? 1 : 0;
}

/** The same in a hypervisor that runs. What is wrong is printed as it is found. */
export async function truthOn(
  hypervisor: Hypervisor,
  seed: number,
  turns: readonly Turn[],
): Promise<readonly Judged[]> {
  const all: Judged[] = [];
  const outside = await fromOutside(hypervisor, flavorText);
  const asker = askerOf(hypervisor, outside);
  try {
    for (const area of new Set(turns.map(turn => turn.area))) {
      const bench: Bench = await benchOf(area, hypervisor, asker);
      const mine = turns.filter(turn => turn.area === area);
      const begin = performance.now();
      const done = (judged: readonly Judged[]) => {
        for (const one of judged.filter(isWrong)) console.log(wordsOf(one, seed, hypervisor.kind, bench));
      };
      all.push(...(await runStates(bench, { seed, turns: mine, done })));
      say(
        hypervisor.kind,
        `${area}: ${mine.length} states in ${((performance.now() - begin) / 1000).toFixed(0)} s`,
      );
      await bench.close();
    }
  } finally {
    await outside.close();
  }
  return all;
}

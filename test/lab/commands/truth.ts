import { fromOutside } from '../from-outside.ts';
import type { Hypervisor } from '../hypervisor.ts';
import type { Kind } from '../kinds.ts';
import { step } from '../progress.ts';
import { startHypervisor } from '../start.ts';
import { benchOf } from '../truth/benches.ts';
import { turnOf, turnsOf } from '../truth/numbers.ts';
import { summaryOf, wordsOf } from '../truth/report.ts';
import { type Area, areas, type Judged } from '../truth/state.ts';
import { type Asker, askerOf } from '../truth/told.ts';
import { isWrong, type Run, runStates } from '../truth/truth.ts';
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
export async function truth({ kinds, seed, cases, only, areas: wanted }: TruthOptions): Promise<number> {
  const turns = only === undefined ? turnsOf(wanted, cases) : [turnOf(only)];
  const all: Judged[] = [];
  try {
    for (const kind of kinds) {
      const hypervisor = await startHypervisor(kind);
      try {
        await truthOn(hypervisor, { seed, turns, isLeft: true, done: judged => void all.push(...judged) });
      } finally {
        await hypervisor.stop();
      }
    }
  } finally {
    console.log(summaryOf(all));
  }
  return all.some(isWrong) ? 1 : 0;
}

/** The same in a hypervisor that runs. What is wrong is printed as it is found. */
export async function truthOn(hypervisor: Hypervisor, { turns, ...run }: Run): Promise<void> {
  const outside = await fromOutside(hypervisor, flavorText);
  try {
    const asker = askerOf(hypervisor, outside);
    for (const area of areas) {
      const mine = turns.filter(turn => turn.area === area);
      if (mine.length > 0) await truthOf(area, { hypervisor, asker, work: { ...run, turns: mine } });
    }
  } finally {
    await outside.close();
  }
}

interface AreaRun {
  readonly hypervisor: Hypervisor;
  readonly asker: Asker;
  readonly work: Run;
}

async function truthOf(area: Area, { hypervisor, asker, work }: AreaRun): Promise<void> {
  const { kind } = hypervisor;
  const bench = await step(kind, `${area}: setting the scene`, () => benchOf(area, hypervisor, asker));
  try {
    const done = (judged: readonly Judged[]) => {
      for (const one of judged.filter(isWrong)) console.log(wordsOf(one, work.seed, kind, bench));
      work.done(judged);
    };
    await step(kind, `${area}: ${work.turns.length} states`, () => runStates(bench, { ...work, done }));
  } finally {
    if (work.isLeft !== true) await bench.close();
  }
}

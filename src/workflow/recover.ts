import { QuotaError } from '../errors.ts';
import type { ApplyResult } from '../plan/apply-result.ts';
import { carryOut } from './carry-out.ts';
import { exclusively } from './exclusive.ts';
import { type JournalEntry, readJournal } from './journal.ts';
import type { WriteSurroundings } from './surroundings.ts';
import { takeBack } from './take-back.ts';
import { unitsOf } from './units.ts';
import { plannedWish } from './wish.ts';

/** Whether what a killed apply was in the middle of is undone (as before) or finished (as planned). */
export type Recovery = 'undo' | 'finish';

/**
 * Ends what a killed apply, or one whose roll-back failed, was in the middle of, and forgets its journal when that
 * worked. `rolled-back`: as before; `applied`: as planned, and held; `unchanged`: somebody else has ended it meanwhile.
 *
 * @throws QuotaError `unreachable`, `locked` (the apply is still at work), `refused` (also by another hypervisor than the
 *   one that it was begun on)
 */
export async function recoverDomain(
  surroundings: WriteSurroundings,
  entry: JournalEntry,
  recovery: Recovery,
): Promise<ApplyResult> {
  const { plan, hypervisor, uri } = entry;
  if (hypervisor !== (await surroundings.hypervisor.identity())) {
    const { name } = plan.domain;
    throw new QuotaError('refused', name, `the apply to '${name}' was begun on another hypervisor: ${uri}`);
  }
  return exclusively(surroundings, plan.domain, async journal => {
    const { state } = surroundings;
    if (state !== undefined && (await readJournal(state, journal)) === undefined) {
      return { outcome: 'unchanged', plan, steps: [], verdicts: [] };
    }
    const result =
      recovery === 'finish' ? await finish(surroundings, entry) : await undo(surroundings, entry);
    if (result.outcome !== 'rollback-failed') await state?.remove(journal);
    return result;
  });
}

function finish(surroundings: WriteSurroundings, { plan }: JournalEntry): Promise<ApplyResult> {
  return carryOut(surroundings, { plan, wish: plannedWish(plan), whole: new Set() });
}

function undo(surroundings: WriteSurroundings, { plan }: JournalEntry): Promise<ApplyResult> {
  const units = unitsOf(surroundings, plan);
  const failure = 'an earlier apply ended in the middle';
  return takeBack(surroundings, { plan, units, wish: plannedWish(plan), failure });
}

import type { HostPlan } from '../plan/host-plan.ts';
import type { HostResult } from '../plan/host-result.ts';
import { carryOutOnHost, type HostWork, takeBackOnHost } from './host-change.ts';
import { exclusivelyOnHost, type HostJournalEntry, readHostJournal } from './host-journal.ts';
import type { Recovery } from './recover.ts';
import type { HostSurroundings } from './surroundings.ts';

/**
 * Ends what a killed change of the host, or one whose roll-back failed, was in the middle of, as `recoverDomain` does
 * for domains.
 *
 * @param work of the entry's kind and subject
 * @throws QuotaError `locked` when the change is still at work
 */
export function recoverHost<Op>(
  surroundings: HostSurroundings,
  work: HostWork<Op>,
  entry: HostJournalEntry,
  recovery: Recovery,
): Promise<HostResult<Op>> {
  // The kind that made the operations is the one that is to carry them out.
  const plan = entry.plan as HostPlan<Op>;
  const recovering = async (journal: string): Promise<HostResult<Op>> => {
    const { state } = surroundings;
    if (state !== undefined && (await readHostJournal(state, journal)) === undefined) {
      return { outcome: 'unchanged', plan, steps: [], verdicts: [] };
    }
    const failure = 'an earlier change ended in the middle';
    const result =
      recovery === 'finish'
        ? await carryOutOnHost(surroundings, work, plan)
        : await takeBackOnHost(surroundings, work, { plan, begun: plan.steps, failure });
    if (result.outcome !== 'rollback-failed') await state?.remove(journal);
    return result;
  };
  return exclusivelyOnHost(surroundings, plan, recovering, true);
}

import { QuotaError } from '../errors.ts';
import type { DomainRef } from '../ports/hypervisor.ts';
import { journalName, readJournal } from './journal.ts';
import type { WriteSurroundings } from './surroundings.ts';

/**
 * Works on a domain while no other process does; without a state folder whatever others do.
 *
 * @param work gets the name under which the domain's journal is kept
 * @throws QuotaError `locked` when another process has the domain
 */
export async function exclusively<T>(
  surroundings: WriteSurroundings,
  domain: DomainRef,
  work: (journal: string) => Promise<T>,
): Promise<T> {
  const { hypervisor, state } = surroundings;
  if (state === undefined) return work(domain.uuid);
  const name = journalName(await hypervisor.identity(), domain.uuid);
  const lock = await state.lock(name).catch(error => {
    throw error instanceof QuotaError && error.code === 'locked' ? lockedError(domain, error) : error;
  });
  try {
    return await work(name);
  } finally {
    await lock.release();
  }
}

/** @throws QuotaError `refused` when an earlier apply to the domain was killed in the middle */
export async function requireNoJournal(
  surroundings: WriteSurroundings,
  domain: DomainRef,
  journal: string,
): Promise<void> {
  const { state } = surroundings;
  if (state === undefined || (await readJournal(state, journal)) === undefined) return;
  const advice = `undo or finish it with: virt-quota recover ${domain.name}`;
  const problem = `an earlier apply to '${domain.name}' ended in the middle; ${advice}`;
  throw new QuotaError('refused', domain.name, problem);
}

function lockedError(domain: DomainRef, cause: QuotaError): QuotaError {
  return new QuotaError('locked', domain.name, `domain '${domain.name}' is being changed: ${cause.message}`, {
    cause,
  });
}

import { QuotaError } from '../errors.ts';
import type { DomainState } from '../ports/hypervisor.ts';
import type { ReadSurroundings } from './surroundings.ts';

/**
 * Makes sure that a domain is what it was when it was looked at, before anything is said against it: one that was stopped
 * meanwhile has no cgroup and no taps any more.
 *
 * @throws QuotaError `not-found`: it is gone, was stopped, or is another process now
 */
export async function stillThere(
  { hypervisor }: ReadSurroundings,
  before: Pick<DomainState, 'name' | 'uuid' | 'id'>,
): Promise<void> {
  const { name, uuid, id } = before;
  const now = await hypervisor.lookup(uuid).catch((error: unknown) => {
    if (error instanceof QuotaError && error.code === 'not-found') return undefined;
    throw error;
  });
  if (now?.id === id && now !== undefined) return;
  const how =
    now === undefined
      ? 'went away'
      : now.id === undefined
        ? 'was stopped'
        : id === undefined
          ? 'was started'
          : 'was started anew';
  throw new QuotaError('not-found', name, `domain '${name}' ${how} while it was read`);
}

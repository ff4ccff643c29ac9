import { QuotaError } from '../errors.ts';
import type { ApplyResult, DomainOutcome } from '../plan/apply-result.ts';
import { applyDomain } from './apply.ts';
import type { DomainRequest } from './plan-domain.ts';
import type { WriteSurroundings } from './surroundings.ts';
import { messageOf } from './take-back.ts';

/** How many at once, and when to stop. */
export interface ManyOptions {
  /** Domains worked on at once, 1–16. libvirt serves five calls of one connection at a time. */
  readonly parallel: number;
  /** Begin no further domain after so many have failed; absent: go on. */
  readonly maxFailures?: number;
}

/**
 * Applies to many domains, a few at once, each by itself: what becomes of one never touches another. Requests are
 * taken from the source only when there is room, and outcomes come as they are there. When the signal comes, or too
 * many have failed, no further one is begun; those under way end (or are undone) first.
 *
 * @param work what is done with each; `applyDomain` unless another is given
 */
export async function* applyMany(
  surroundings: WriteSurroundings,
  requests: AsyncIterable<DomainRequest> | Iterable<DomainRequest>,
  { parallel, maxFailures = Number.POSITIVE_INFINITY }: ManyOptions,
  work = applyDomain,
): AsyncGenerator<DomainOutcome> {
  const source = asyncIterator(requests);
  const running = new Map<number, Promise<{ readonly slot: number; readonly outcome: DomainOutcome }>>();
  let started = 0;
  let failures = 0;
  let exhausted = false;
  const mayStart = () =>
    !exhausted && running.size < parallel && failures < maxFailures && !surroundings.signal?.aborted;
  for (;;) {
    while (mayStart()) {
      const next = await source.next();
      if (next.done === true) exhausted = true;
      else {
        const slot = started++;
        running.set(
          slot,
          outcomeOf(next.value.domain, work(surroundings, next.value)).then(outcome => ({ slot, outcome })),
        );
      }
    }
    if (running.size === 0) break;
    const { slot, outcome } = await Promise.race(running.values());
    running.delete(slot);
    if (isFailure(outcome)) failures += 1;
    yield outcome;
  }
  await source.return?.();
}

/** Whether a domain could not be given what was asked: refused, rolled back, or not reached. */
export function isFailure(outcome: DomainOutcome): boolean {
  return 'error' in outcome || !['applied', 'unchanged', 'planned'].includes(outcome.result.outcome);
}

async function outcomeOf(domain: string, work: Promise<ApplyResult>): Promise<DomainOutcome> {
  try {
    return { domain, result: await work };
  } catch (error) {
    if (error instanceof QuotaError) return { domain, error };
    return { domain, error: new QuotaError('internal', domain, messageOf(error), { cause: error }) };
  }
}

function asyncIterator<T>(source: AsyncIterable<T> | Iterable<T>): AsyncIterator<T> | Iterator<T> {
  return Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
}

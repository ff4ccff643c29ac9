import { QuotaError } from '../errors.ts';
import type { DomainRef } from '../ports/hypervisor.ts';

/** How far a domain has come, or what ended its way. */
export type Reached<T> =
  | { readonly domain: DomainRef; readonly value: T }
  | { readonly domain: DomainRef; readonly error: QuotaError };

/** Domains at the beginning of their way. */
export function setOut(domains: readonly DomainRef[]): readonly Reached<DomainRef>[] {
  return domains.map(domain => ({ domain, value: domain }));
}

/**
 * Takes several domains a step further at the same time, and waits until all of them have come as far: what they ask of
 * the host in the next step is asked in one turn, and answered by one process for all. Each by itself would soon ask
 * when it is ready, and have a process of its own.
 *
 * A domain that vanishes meanwhile, or cannot be read, stays where it is, with the reason.
 *
 * @throws QuotaError `unreachable`: the hypervisor is gone; the signal's reason
 */
export async function inStep<A, B>(
  domains: readonly Reached<A>[],
  signal: AbortSignal | undefined,
  work: (value: A) => Promise<B>,
): Promise<readonly Reached<B>[]> {
  return Promise.all(
    domains.map(async (one): Promise<Reached<B>> => {
      if ('error' in one) return one;
      signal?.throwIfAborted();
      const { domain, value } = one;
      try {
        return { domain, value: await work(value) };
      } catch (error) {
        if (!(error instanceof QuotaError) || error.code === 'unreachable') throw error;
        return { domain, error };
      }
    }),
  );
}

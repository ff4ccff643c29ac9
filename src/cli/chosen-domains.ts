import type { DomainRef, HypervisorReader } from '../ports/hypervisor.ts';

/** The domains that are named, or all of them. @throws QuotaError `not-found` */
export async function chosenDomains(
  hypervisor: HypervisorReader,
  names: readonly string[],
): Promise<readonly DomainRef[]> {
  if (names.length === 0) return hypervisor.listDomains();
  return Promise.all(names.map(name => hypervisor.lookup(name)));
}

import type { CounterSample } from '../audit/counters.ts';
import { QuotaError } from '../errors.ts';
import { readDomainCgroup } from '../host/cgroup.ts';
import type { DomainRef } from '../ports/hypervisor.ts';
import type { Judgement } from './assess.ts';
import { inOrder } from './in-order.ts';
import { lookAt } from './look-at.ts';
import { sampleCounters, threadGroups } from './sample-counters.ts';
import type { ReadSurroundings } from './surroundings.ts';
import { look } from './unseen.ts';

/**
 * One sample of each domain that runs, by UUID: to compare with a later one. Those that cannot be read are left out.
 * @param atOnce how many of them
 * @throws QuotaError `unreachable`; the signal's reason
 */
export async function sampleDomains(
  surroundings: ReadSurroundings,
  domains: Iterable<DomainRef>,
  atOnce: number,
): Promise<ReadonlyMap<string, CounterSample>> {
  const samples = new Map<string, CounterSample>();
  const all = inOrder(domains, atOnce, async ({ uuid }) => {
    surroundings.signal?.throwIfAborted();
    return { uuid, sample: await sampleDomain(surroundings, uuid) };
  });
  for await (const { uuid, sample } of all) if (sample !== undefined) samples.set(uuid, sample);
  return samples;
}

async function sampleDomain(
  surroundings: ReadSurroundings,
  uuid: string,
): Promise<CounterSample | undefined> {
  try {
    const { state: domain, live } = await lookAt(surroundings, uuid);
    if (live === undefined) return undefined;
    const { host } = surroundings;
    const seen = host && (await look(() => readDomainCgroup(host, domain.name)));
    const cgroups = seen && 'found' in seen ? threadGroups(seen.found.files, seen.found.version) : undefined;
    return await sampleCounters(surroundings, { domain, live, ...(cgroups && { cgroups }) });
  } catch (error) {
    if (error instanceof QuotaError && error.code !== 'unreachable') return undefined;
    throw error;
  }
}

/** A sample of a domain that was just read at every layer; undefined when it does not run. */
export async function sampleAssessed(
  surroundings: ReadSurroundings,
  { view: { state: domain, live }, readings, facts: { cgroupVersion } }: Judgement,
): Promise<CounterSample | undefined> {
  if (live === undefined) return undefined;
  const files = readings
    .filter(one => one.layer === 'cgroup')
    .map(({ subject, knob, evidence }) => ({ subject, knob, path: evidence.source }));
  const cgroups = cgroupVersion && threadGroups(files, cgroupVersion);
  return sampleCounters(surroundings, { domain, live, ...(cgroups && { cgroups }) });
}

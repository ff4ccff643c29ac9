import type { CounterSample } from '../audit/counters.ts';
import { readDomainCgroup } from '../host/cgroup.ts';
import type { DomainRef } from '../ports/hypervisor.ts';
import type { Judgement } from './assess.ts';
import { inStep, setOut } from './in-step.ts';
import { type DomainView, lookAt } from './look-at.ts';
import { portionsOf } from './portions.ts';
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
  const { signal } = surroundings;
  const samples = new Map<string, CounterSample>();
  for (const some of portionsOf(domains, atOnce)) {
    const seen = await inStep(setOut(some), signal, ({ uuid }) => lookAt(surroundings, uuid));
    const sampled = await inStep(seen, signal, view => sampleDomain(surroundings, view));
    for (const one of sampled) {
      if ('value' in one && one.value !== undefined) samples.set(one.domain.uuid, one.value);
    }
  }
  return samples;
}

async function sampleDomain(
  surroundings: ReadSurroundings,
  { state: domain, live }: DomainView,
): Promise<CounterSample | undefined> {
  if (live === undefined) return undefined;
  const { host } = surroundings;
  const seen = host && (await look(() => readDomainCgroup(host, domain.name)));
  const found = seen && 'found' in seen ? seen.found : undefined;
  const cgroups = found && 'files' in found ? threadGroups(found.files, found.version) : undefined;
  return sampleCounters(surroundings, { domain, live, ...(cgroups && { cgroups }) });
}

/**
 * A sample of a domain that was just read at every layer; undefined when it does not run.
 *
 * @param alone no other one is compared with it, so that its counters need not be of one moment: those that were read
 *   with the limits are taken
 */
export async function sampleAssessed(
  surroundings: ReadSurroundings,
  { view: { state: domain, live }, readings, facts: { cgroupVersion, taps } }: Judgement,
  alone: boolean,
): Promise<CounterSample | undefined> {
  if (live === undefined) return undefined;
  const files = readings
    .filter(one => one.layer === 'cgroup')
    .map(({ subject, knob, evidence }) => ({ subject, knob, path: evidence.source }));
  const cgroups = cgroupVersion && threadGroups(files, cgroupVersion);
  const known = { ...(cgroups && { cgroups }), ...(alone && taps && { taps }) };
  return sampleCounters(surroundings, { domain, live, ...known });
}

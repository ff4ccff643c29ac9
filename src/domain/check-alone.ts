import type { Diagnostic } from '../diagnostics.ts';
import type { WholeQuota } from '../intent/whole-quota.ts';
import type { HostCapabilities } from './capabilities.ts';
import { checkIoTune } from './check-limits.ts';
import { checkResources } from './check-resources.ts';
import type { DomainDefinition } from './definition.ts';
import type { LimitName } from './tuning.ts';
import { wantedSections } from './wanted-sections.ts';

/** Nothing is defined, and nothing is there to be limited. */
const noDomain: DomainDefinition = {
  name: '',
  uuid: '',
  vcpus: 1,
  cputune: {},
  memtune: {},
  blkiotune: {},
  hostDevices: [],
  disks: [],
  interfaces: [],
};

/**
 * What is to be said of the limits of our own keys where no domain is known: whether they go together with each other
 * and with Nova's. Nova's alone are none of its business: those are as Nova has them.
 */
export function checkAlone(quota: WholeQuota, host: HostCapabilities): readonly Diagnostic[] {
  if (quota.own === undefined) return [];
  const wanted = wantedSections(quota);
  const disk = checkIoTune(wanted.disk.limits).map(found => ({
    ...found,
    path: wanted.disk.because[found.path as LimitName] ?? found.path,
  }));
  return [...disk, ...checkResources(wanted, noDomain, host)];
}

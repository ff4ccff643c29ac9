import type { AffectOptions } from './domain.ts';
import type { DomainFilter, GetXmlOptions, MetadataKind, StatsGroup } from './domain-calls.ts';

/** By `virDomainMetadataType`. */
export const metadataKinds: readonly MetadataKind[] = ['description', 'title', 'element'];

/** `virConnectListAllDomainsFlags`. */
const listFlags: Readonly<Record<DomainFilter, number>> = {
  active: 1,
  inactive: 2,
  persistent: 4,
  transient: 8,
};

/** `virDomainStatsTypes`. */
const statsFlags: Readonly<Record<StatsGroup, number>> = {
  state: 1,
  'cpu-total': 2,
  balloon: 4,
  vcpu: 8,
  interface: 16,
  block: 32,
  perf: 64,
  iothread: 128,
  memory: 256,
  dirtyrate: 512,
};

/** Which domains a list has. */
export function filterFlags(filter: readonly DomainFilter[]): number {
  return filter.reduce((flags, name) => flags | listFlags[name], 0);
}

/** Which statistics are wanted; 0 is all. */
export function statsMask(groups: readonly StatsGroup[]): number {
  return groups.reduce((flags, name) => flags | statsFlags[name], 0);
}

/** `virDomainXMLFlags`. */
export function xmlFlags({ secure = false, inactive = false, migratable = false }: GetXmlOptions): number {
  return (secure ? 1 : 0) | (inactive ? 2 : 0) | (migratable ? 8 : 0);
}

/** `virDomainModificationImpact`. */
export function affectFlags({ live = false, config = false }: AffectOptions): number {
  return (live ? 1 : 0) | (config ? 2 : 0);
}

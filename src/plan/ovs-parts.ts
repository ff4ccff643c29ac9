import { type OvsRow, ovsReference } from '../observed/ovs.ts';

/** One command of an `ovs-vsctl` transaction. */
export type OvsPart = readonly string[];

/** Takes rows away; Open vSwitch collects neither QoS nor Queue rows. */
export function destroyRows(table: 'QoS' | 'Queue', rows: readonly OvsRow[]): readonly OvsPart[] {
  const uuids = rows.map(row => ovsReference(row._uuid)).filter(uuid => uuid !== undefined);
  return uuids.length === 0 ? [] : [['--if-exists', 'destroy', table, ...uuids]];
}

/** A column of `external_ids` in quotes: Open vSwitch takes a bare word that begins with a digit for a number. */
export function markSetting(key: string, value: string): string {
  return `external_ids:${key}="${value}"`;
}

/** All commands as one transaction; undefined: there is nothing to write. */
export function ovsTransaction(parts: readonly OvsPart[]): readonly string[] | undefined {
  if (parts.length === 0) return undefined;
  return ['ovs-vsctl', '--timeout=10', ...parts.flatMap(part => ['--', ...part])];
}

import { type OvsRow, type OvsState, ovsMap, ovsReference, ovsRow } from '../observed/ovs.ts';
import { type OrphanedRow, orphanedRows } from '../observed/ovs-orphans.ts';
import type { Demand, Knob } from '../verify/expectation.ts';
import type { Reading } from '../verify/reading.ts';
import { type PlannedHost, planHost } from './host-plan.ts';
import { markSetting, type OvsPart, ovsTransaction } from './ovs-parts.ts';

/** Kind of the plans that take away rows of ours which no port has, and what they are about. */
export const orphanKind = 'ovs-orphans';
export const orphanSubject = 'openvswitch';

/** What a row of ours holds, to be made again. */
export interface SavedRow {
  readonly table: OrphanedRow['table'];
  readonly uuid: string;
  readonly config: Readonly<Record<string, string>>;
  readonly marks: Readonly<Record<string, string>>;
  /** Its queue 0; absent: none, or it is a queue itself. */
  readonly queue?: SavedRow;
}

/** What is done to them. Each is made for what there is at that moment, so that doing it twice does no harm. */
export type OrphanOp =
  | { readonly kind: 'destroy'; readonly uuids: readonly string[] }
  | { readonly kind: 'restore'; readonly rows: readonly SavedRow[] };

/** Plans to take away all rows of ours that no port has. */
export function planOrphans(state: OvsState): PlannedHost<OrphanOp> {
  const rows = orphanedRows(state);
  const demands = [...new Set(rows.map(row => row.dev))].map(
    (dev): Demand => ({ layer: 'ovs', subject: dev, knob: 'orphaned rows', because: [] }),
  );
  const uuids = rows.map(row => row.uuid);
  const forward = [{ kind: 'destroy', uuids }] as const;
  const undo = [{ kind: 'restore', rows: savedRows(state, rows) }] as const;
  return planHost<OrphanOp>({
    kind: orphanKind,
    subject: orphanSubject,
    demands,
    readings: orphanReadings(state, demands),
    steps: () => [{ name: 'database', forward, undo }],
    diagnostics: [],
  });
}

/** How many rows of ours are left of each port. */
export function orphanReadings(state: OvsState, knobs: readonly Knob[]): readonly Reading[] {
  const rows = orphanedRows(state);
  return knobs.map(({ layer, subject, knob }): Reading => {
    const own = rows.filter(row => row.dev === subject);
    const count = (table: OrphanedRow['table']) => own.filter(row => row.table === table).length;
    const values = { qos: count('QoS'), queues: count('Queue') };
    const text = own.map(row => `${row.table} ${row.uuid}`).join(', ');
    const evidence = { source: 'ovs-vsctl list QoS, Queue, Port', text };
    return { layer, subject, knob, ...(own.length > 0 && { values }), evidence };
  });
}

/** A queue that belongs to a row that is left goes with it. */
function savedRows(state: OvsState, rows: readonly OrphanedRow[]): readonly SavedRow[] {
  const saved = rows.filter(row => row.table === 'QoS').map(one => savedQos(state, one));
  const known = new Set(saved.map(one => one.queue?.uuid));
  const alone = rows.filter(({ table, uuid }) => table === 'Queue' && !known.has(uuid));
  return [...saved, ...alone.map(({ uuid, row }) => savedRow('Queue', uuid, row))];
}

function savedQos(state: OvsState, { uuid, row }: OrphanedRow): SavedRow {
  const reference = ovsReference(ovsMap(row.queues).get(0)) ?? '';
  const queue = ovsRow(state.queues, '_uuid', reference);
  return { ...savedRow('QoS', uuid, row), ...(queue && { queue: savedRow('Queue', reference, queue) }) };
}

function savedRow(table: OrphanedRow['table'], uuid: string, row: OvsRow): SavedRow {
  return { table, uuid, config: textsOf(row.other_config), marks: textsOf(row.external_ids) };
}

function textsOf(map: unknown): Readonly<Record<string, string>> {
  return Object.fromEntries([...ovsMap(map)].map(([key, value]) => [String(key), String(value)]));
}

/** One transaction that takes away those of the rows that are there and that no port has. undefined: there are none. */
export function destroyTransaction(state: OvsState, uuids: readonly string[]): readonly string[] | undefined {
  const now = orphanedRows(state).filter(row => uuids.includes(row.uuid));
  return ovsTransaction(
    (['QoS', 'Queue'] as const).flatMap((table): readonly OvsPart[] => {
      const own = now.filter(row => row.table === table).map(row => row.uuid);
      return own.length === 0 ? [] : [['--if-exists', 'destroy', table, ...own]];
    }),
  );
}

/** Transactions that make rows again that are there no longer, one each. */
export function restoreTransactions(
  state: OvsState,
  rows: readonly SavedRow[],
): readonly (readonly string[])[] {
  const left = orphanedRows(state).map(({ table, uuid, row }) => savedRow(table, uuid, row));
  const made = left.filter(one => !rows.some(row => row.uuid === one.uuid)).map(contentOf);
  return rows.flatMap(row => {
    if (left.some(one => one.uuid === row.uuid)) return [];
    // What an undo that was cut off has made already is not made twice.
    const at = made.indexOf(contentOf(row));
    if (at >= 0) return made.splice(at, 1).flatMap(() => []);
    return [ovsTransaction(createdParts(row)) ?? []];
  });
}

function contentOf({ table, config, marks }: SavedRow): string {
  const sorted = (texts: Readonly<Record<string, string>>) => Object.entries(texts).sort();
  return JSON.stringify([table, sorted(config), sorted(marks)]);
}

function createdParts(row: SavedRow): readonly OvsPart[] {
  if (row.table === 'Queue') return [['--id=@queue', 'create', 'Queue', ...settings(row)]];
  const queue = row.queue === undefined ? [] : ['queues:0=@queue'];
  return [
    ['--id=@qos', 'create', 'QoS', 'type=linux-htb', ...queue, ...settings(row)],
    ...(row.queue === undefined ? [] : createdParts(row.queue)),
  ];
}

function settings({ config, marks }: SavedRow): readonly string[] {
  return [
    ...Object.entries(config).map(([key, value]) => `other_config:${key}=${value}`),
    ...Object.entries(marks).map(([key, value]) => markSetting(key, value)),
  ];
}

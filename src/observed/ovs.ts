import { isObject } from './json.ts';
import { onceFor } from './once-for.ts';

/** A row of Open vSwitch's database by column name; sets and maps still as OVSDB writes them in JSON. */
export type OvsRow = Readonly<Record<string, unknown>>;

/** What Open vSwitch's database says of limits, for all of its ports. */
export interface OvsState {
  readonly interfaces: readonly OvsRow[];
  readonly ports: readonly OvsRow[];
  readonly qos: readonly OvsRow[];
  readonly queues: readonly OvsRow[];
  /** Absent in older captures, as {@link controllers}. */
  readonly bridges?: readonly OvsRow[];
  /** Who tells bridges what flows they have. */
  readonly controllers?: readonly OvsRow[];
}

/** Tables and the columns that are read of each, in the order in which the answer has them. */
export type OvsListing = Readonly<
  Record<string, { readonly table: string; readonly columns: readonly string[] }>
>;

/** What older captures have; it does not tell whose a row is. */
export const ovsColumns = {
  interfaces: { table: 'Interface', columns: ['name', 'ingress_policing_rate', 'ingress_policing_burst'] },
  ports: { table: 'Port', columns: ['name', 'qos'] },
  qos: { table: 'QoS', columns: ['_uuid', 'type', 'other_config', 'queues'] },
  queues: { table: 'Queue', columns: ['_uuid', 'other_config'] },
} as const;

/** The same with what tells whose a row is; captures of later days have it. */
export const ovsRowColumns = {
  interfaces: { table: 'Interface', columns: [...ovsColumns.interfaces.columns, 'external_ids'] },
  ports: ovsColumns.ports,
  qos: { table: 'QoS', columns: [...ovsColumns.qos.columns, 'external_ids'] },
  queues: { table: 'Queue', columns: [...ovsColumns.queues.columns, 'external_ids'] },
} as const;

/** The same with what says where a port is and what its machine is. @see {@link ovsAllColumns} */
export const ovsPortColumns = {
  interfaces: {
    table: 'Interface',
    columns: [...ovsRowColumns.interfaces.columns, 'type', 'ofport', 'options', 'mtu', 'link_speed'],
  },
  ports: { table: 'Port', columns: ['_uuid', ...ovsColumns.ports.columns, 'tag'] },
  qos: ovsRowColumns.qos,
  queues: ovsRowColumns.queues,
  bridges: { table: 'Bridge', columns: ['name', 'ports'] },
} as const;

/** All that is read: also packet rates, and what tells who looks after a port. */
export const ovsAllColumns: OvsListing = withPortCare(ovsPortColumns.interfaces.columns, [
  'ingress_policing_kpkts_rate',
  'ingress_policing_kpkts_burst',
]);

/** The same without packet rates, which Open vSwitch has since 2.16. */
export const ovsColumnsBefore216: OvsListing = withPortCare(ovsPortColumns.interfaces.columns, []);

function withPortCare(columns: readonly string[], more: readonly string[]): OvsListing {
  return {
    interfaces: { table: 'Interface', columns: [...columns, ...more] },
    ports: { table: 'Port', columns: [...ovsPortColumns.ports.columns, 'other_config'] },
    qos: ovsPortColumns.qos,
    queues: ovsPortColumns.queues,
    bridges: { table: 'Bridge', columns: [...ovsPortColumns.bridges.columns, 'controller', 'fail_mode'] },
    controllers: { table: 'Controller', columns: ['_uuid', 'target', 'is_connected'] },
  };
}

/** {@link OvsState} with the bridges that have the ports. */
export interface OvsBridgesState extends OvsState {
  readonly bridges: readonly OvsRow[];
}

/**
 * The answer to one `ovs-vsctl --format=json … list Interface -- … list Port -- … list QoS -- … list Queue`, and maybe
 * `-- … list Bridge -- … list Controller`: one JSON table a line. An empty line stands for a table without rows.
 *
 * @throws SyntaxError when a line is no table, or there are too few
 */
export function parseOvsState(answer: string): OvsBridgesState {
  const lines = answer.split('\n');
  if (lines.length < Object.keys(ovsColumns).length) throw new SyntaxError('tables are missing');
  const tables = lines.map(parseOvsTable);
  const [interfaces = [], ports = [], qos = [], queues = [], bridges = [], controllers = []] = tables;
  return { interfaces, ports, qos, queues, bridges, controllers };
}

/**
 * `{"headings":["name",…],"data":[["tap0",…],…]}` → rows by column name. Maps that are alike are one value: of a large
 * host tens of thousands of rows have the limits of a few flavors.
 *
 * @throws SyntaxError when it is none
 */
export function parseOvsTable(text: string): readonly OvsRow[] {
  if (text.trim() === '') return [];
  const table: unknown = JSON.parse(text);
  if (!isObject(table) || !areNames(table.headings) || !Array.isArray(table.data)) {
    throw new SyntaxError('no table');
  }
  const headings = table.headings;
  const maps = new Map<string, unknown>();
  const known = (value: unknown) => {
    if (!Array.isArray(value) || value[0] !== 'map') return value;
    const key = JSON.stringify(value);
    if (!maps.has(key)) maps.set(key, value);
    return maps.get(key);
  };
  const rows = table.data.filter(row => Array.isArray(row));
  if (!rows.every(row => row.every((cell: unknown) => isCell(cell, CELL_DEPTH)))) {
    throw new SyntaxError('no table: a cell that is no value of OVSDB');
  }
  return rows.map(row =>
    Object.fromEntries(headings.map((heading, column) => [heading, known(row[column])])),
  );
}

/** `["map",[["key",["uuid","2fb1…"]]]]` */
const CELL_DEPTH = 4;

/** A value as OVSDB writes it: plain, or lists in lists. What is anything else need not even be a text. @see RFC 7047, 5.1 */
function isCell(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return depth > 0 && Array.isArray(value) && value.every(one => isCell(one, depth - 1));
}

function areNames(headings: unknown): headings is readonly string[] {
  return Array.isArray(headings) && headings.every(one => typeof one === 'string');
}

/** The first row that a name or `_uuid` stands for. */
export function ovsRow(rows: readonly OvsRow[], column: 'name' | '_uuid', value: string): OvsRow | undefined {
  return (column === 'name' ? byName : byUuid)(rows).get(value);
}

const byName = onceFor((rows: readonly OvsRow[]) => index(rows, row => row.name));
const byUuid = onceFor((rows: readonly OvsRow[]) => index(rows, row => ovsReference(row._uuid)));

function index(rows: readonly OvsRow[], keyOf: (row: OvsRow) => unknown): ReadonlyMap<unknown, OvsRow> {
  return new Map(rows.map(row => [keyOf(row), row] as const).reverse());
}

/** The names of all interfaces that the database knows. */
export const ovsInterfaceNames: (state: OvsState) => ReadonlySet<string> = onceFor(
  ({ interfaces }: OvsState) => new Set(interfaces.map(row => String(row.name))),
);

/** `["uuid","2fb1…"]` → `2fb1…`; undefined for an empty set (`["set",[]]`) and anything else. */
export function ovsReference(value: unknown): string | undefined {
  return Array.isArray(value) && value[0] === 'uuid' && typeof value[1] === 'string' ? value[1] : undefined;
}

/** `["map",[["max-rate","16000000"],…]]` → entries; anything else is empty. */
export function ovsMap(value: unknown): ReadonlyMap<unknown, unknown> {
  if (!Array.isArray(value) || value[0] !== 'map' || !Array.isArray(value[1])) return new Map();
  return new Map(value[1].filter(entry => Array.isArray(entry)).map(entry => [entry[0], entry[1]]));
}

/** An `other_config` value as a number; undefined when it is not there; the text itself when it is no plain number. */
export function ovsNumber(value: unknown): number | string | undefined {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string') return undefined;
  return /^\d{1,15}$/.test(value) ? Number(value) : value;
}

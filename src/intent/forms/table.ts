import type { Json } from '../json-text.ts';
import { unfolded } from './folded-cell.ts';
import { quoted, refusedLine } from './refusal.ts';

/** Lines of one table, as they were printed. */
export interface TableText {
  readonly lines: readonly string[];
  /** Number of the first one. */
  readonly line: number;
  readonly subject: string;
}

/** A line of cells, each as wide as it was printed but for blanks around it. */
interface Row {
  readonly cells: readonly string[];
  readonly line: number;
}

/** Rows that are one, and how wide their columns are. */
interface Columns {
  readonly head: readonly string[];
  readonly widths: readonly number[];
}

/** The heads of rows that were picked out of a table. */
const assumed: readonly string[] = ['Field', 'Value'];

/** A line between rows; in Markdown it has no `+`. */
function isBorder(line: string): boolean {
  return /^\s*[+|][-=+|:\s]*$/.test(line) && /[-=]{2}/.test(line);
}

/**
 * Reads a table as a client prints it: a field a line (`Field`, `Value`; `Property` in old ones) becomes an object, rows
 * under heads become a list of objects. All values are text. Cells that were folded over several lines are put together.
 *
 * @throws QuotaError `invalid-input` with the line that does not fit under its head.
 */
export function parseTable(table: TableText): Json {
  const borders = table.lines.flatMap((line, at) => (isBorder(line) ? [at] : []));
  const [first = -1, second] = borders;
  // Of Markdown the head stands above the only border; rows that were picked out have neither.
  const headEnd = first > 0 ? first : (second ?? -1);
  const head = headEnd < 0 ? assumed : headOf(table, headEnd);
  const rows = table.lines.flatMap((text, at) => {
    const line = table.line + at;
    return at <= headEnd || isBorder(text) ? [] : [{ line, cells: cellsOf(text, head, table, line) }];
  });
  const columns = { head, widths: widthsOf(table.lines[first] ?? '', head, rows) };
  return isFieldTable(head) ? fields(rows, columns) : list(rows, columns);
}

/** Where a table ends and the next one begins at once: behind a border that another border follows. */
export function tablesIn(lines: readonly string[]): readonly (readonly string[])[] {
  const tables: string[][] = [[]];
  let wasBorder = false;
  for (const line of lines) {
    const isNext = wasBorder && isBorder(line);
    if (isNext) tables.push([line]);
    else tables.at(-1)?.push(line);
    wasBorder = isBorder(line);
  }
  return tables.filter(table => !table.every(isBorder));
}

function isFieldTable(head: readonly string[]): boolean {
  return (
    head.length === 2 && /^(?:field|property|key)$/i.test(head[0] ?? '') && /^value$/i.test(head[1] ?? '')
  );
}

function headOf(table: TableText, end: number): readonly string[] {
  const rows = table.lines
    .slice(0, end)
    .filter(line => !isBorder(line))
    .map(splitRow);
  const [first = []] = rows;
  return first.map((_, column) =>
    unfolded(
      rows.map(row => row[column] ?? ''),
      Number.POSITIVE_INFINITY,
    ),
  );
}

function splitRow(text: string): readonly string[] {
  return text
    .trim()
    .replace(/^\||\|$/g, '')
    .split('|')
    .map(cell => cell.trim());
}

/** @throws QuotaError `invalid-input` when there are more or fewer than heads */
function cellsOf(text: string, head: readonly string[], table: TableText, line: number): readonly string[] {
  const cells = splitRow(text);
  if (!text.trimEnd().endsWith('|'))
    throw refusedLine(table.subject, line, `a table's row that is cut off: ${quoted(text)}`);
  if (cells.length === head.length) return cells;
  // Of two columns the second may hold the mark itself.
  const [field = '', ...value] = cells;
  if (isFieldTable(head) && head !== assumed && cells.length > 2)
    return [
      field,
      text
        .slice(text.indexOf('|', text.indexOf('|') + 1) + 1)
        .replace(/\|\s*$/, '')
        .trim(),
    ];
  throw refusedLine(
    table.subject,
    line,
    `a table's row with ${value.length + 1} cells under ${head.length} heads: ${quoted(text)}`,
  );
}

/** As the border says; without one as wide as the widest cell. */
function widthsOf(border: string, head: readonly string[], rows: readonly Row[]): readonly number[] {
  const said = border
    .trim()
    .replace(/^[+|]|[+|]$/g, '')
    .split(/[+|]/)
    .map(dashes => dashes.length - 2);
  if (said.length === head.length) return said;
  return head.map((_, column) =>
    rows.reduce((widest, row) => Math.max(widest, row.cells[column]?.length ?? 0), 0),
  );
}

function fields(rows: readonly Row[], columns: Columns): Json {
  const object = new Map<string, Json>();
  for (const part of grouped(rows, (row, before) => isMoreOfField(row, before, columns))) {
    const [name = '', value = ''] = joined(part, columns);
    object.set(name, value);
  }
  return object;
}

/** Names and ids are folded into no more lines. */
const mostFolds = 40;

/** Without a name in front it is more of the value; a name itself is folded where it is too wide. */
function isMoreOfField(row: Row, before: readonly Row[], { widths: [width = 0] }: Columns): boolean {
  const [name = ''] = row.cells;
  if (name === '' || before.length > mostFolds) return name === '';
  const earlier = before.map(one => one.cells[0] ?? '').filter(cell => cell !== '');
  const last = earlier.at(-1) ?? '';
  if (/\w-$/.test(last)) return true;
  return last.length >= width && !shortFields.has(earlier.join('')) && !shortFields.has(name);
}

/** Names of fields that may be as wide as a narrow column and yet be whole. */
const shortFields = new Set([
  ...[
    'properties',
    'extra_specs',
    'specs',
    'rules',
    'flavor',
    'consumer',
    'name',
    'id',
    'vcpus',
    'ram',
    'disk',
    'swap',
  ],
  ...[
    'description',
    'associations',
    'rxtx_factor',
    'direction',
    'max_kbps',
    'min_kbps',
    'max_burst_kbps',
    'dscp_mark',
  ],
  ...['type', 'shared', 'tags', 'is_default', 'project_id', 'tenant_id', 'location', 'access_project_ids'],
  'os-flavor-access:is_public',
]);

function list(rows: readonly Row[], columns: Columns): Json {
  return grouped(rows, (row, before) => isMoreOfRow(row, before, columns)).map(part => {
    const cells = joined(part, columns);
    return new Map(columns.head.map((name, column): [string, Json] => [name, cells[column] ?? '']));
  });
}

/** A row goes on without its first cell, or with more of it: an id that is not whole yet. */
function isMoreOfRow(row: Row, before: readonly Row[], { widths: [width = 0] }: Columns): boolean {
  const [first = ''] = row.cells;
  if (first === '' || before.length > mostFolds) return first === '';
  const earlier = before.map(one => one.cells[0] ?? '').join('');
  if (/\w-$/.test(earlier) || first.startsWith('-')) return true;
  return (
    /^[0-9a-f-]{8,35}$/.test(earlier) &&
    earlier.includes('-') &&
    (before.at(-1)?.cells[0] ?? '').length >= width
  );
}

function grouped(
  rows: readonly Row[],
  isMore: (row: Row, before: readonly Row[]) => boolean,
): readonly (readonly Row[])[] {
  const groups: Row[][] = [];
  for (const row of rows) {
    const last = groups.at(-1);
    if (last !== undefined && isMore(row, last)) last.push(row);
    else groups.push([row]);
  }
  return groups;
}

function joined(rows: readonly Row[], { head, widths }: Columns): readonly string[] {
  return head.map((_, column) => {
    const lines = rows.map(row => row.cells[column] ?? '');
    return unfolded(lines, widths[column] ?? 0);
  });
}

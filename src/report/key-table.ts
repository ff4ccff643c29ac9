import type { KeyRow } from '../explain/key-rows.ts';
import { type Column, type Paint, renderTable } from './table.ts';

/** One line of the table: a key with its first range, then its other ranges. */
interface Line {
  readonly row: KeyRow;
  readonly range?: KeyRow['ranges'][number];
  readonly first: boolean;
}

const narrow: readonly Column<Line>[] = [
  { head: 'KEY', cell: first(row => row.key) },
  { head: 'UNIT', cell: first(row => row.unit) },
  { head: 'ALLOWED', cell: ({ row, range }) => (range === undefined ? wordsOf(row) : rangeText(range)) },
  { head: 'PARAMETER', cell: first(row => row.parameter ?? '') },
  { head: 'READ BY', cell: first(row => row.readBy) },
];

const wide: readonly Column<Line>[] = [
  ...narrow,
  { head: 'NO LIMIT', cell: first(liftedText) },
  { head: "NOVA'S API", cell: first(apiText) },
  { head: 'ELEMENT', cell: first(row => row.element ?? '') },
  { head: 'ENFORCED BY', cell: first(enforcersText) },
  { head: 'SOURCE', cell: first(row => row.source) },
];

/** The catalogue for a terminal; `wide` has every column. */
export function renderKeys(rows: readonly KeyRow[], paint: Paint, columns: 'table' | 'wide'): string {
  const lines = rows.flatMap(row => {
    const [range, ...others] = row.ranges;
    const rest = others.map((one): Line => ({ row, range: one, first: false }));
    return [{ row, first: true, ...(range && { range }) }, ...rest];
  });
  return renderTable(lines, columns === 'wide' ? wide : narrow, paint);
}

/** The catalogue as a table in Markdown. */
export function renderKeysMarkdown(rows: readonly KeyRow[]): string {
  const cells = rows.map(row => [
    `\`${row.key}\``,
    row.unit,
    row.ranges.map(rangeText).join('<br>') || wordsOf(row),
    liftedText(row),
    row.element === undefined ? 'VMware driver only' : `\`${row.element}\``,
    enforcersText(row),
  ]);
  const head = ['key', 'unit', 'allowed', 'no limit', 'libvirt', 'enforced by'];
  const lines = [head, head.map(() => '---'), ...cells];
  return lines.map(line => `| ${line.join(' | ')} |\n`.replaceAll('|  |', '| |')).join('');
}

function first(text: (row: KeyRow) => string): (line: Line) => string {
  return line => (line.first ? text(line.row) : '');
}

function rangeText({ min, max, where }: KeyRow['ranges'][number]): string {
  const top = max === Number.MAX_SAFE_INTEGER ? ' or more' : `–${max}`;
  return `${min}${top}${where === '' ? '' : ` (${where})`}`;
}

function wordsOf({ api }: KeyRow): string {
  return api.words?.join(', ') ?? '';
}

function liftedText({ lifted }: KeyRow): string {
  if (lifted === undefined) return '';
  return lifted === 'zero' ? '0' : '0, negative';
}

function apiText({ api }: KeyRow): string {
  if (api.words !== undefined) return api.words.join(', ');
  return api.min === undefined ? 'any integer' : `integer, at least ${api.min}`;
}

/** A layer with many knobs goes by its name; the explanation of a key has them all. */
function enforcersText({ enforcedBy }: KeyRow): string {
  const texts = enforcedBy.map(({ layer, knobs }) => ({ layer, all: `${layer} ${knobs.join(', ')}` }));
  return texts.map(({ layer, all }) => (all.length > longestList ? layer : all)).join('; ');
}

const longestList = 40;

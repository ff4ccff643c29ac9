import { printableLine } from '../printable.ts';

/** Puts a style on a piece of text, or leaves it alone where colours are not wanted. */
export type Paint = (style: 'red' | 'green' | 'yellow' | 'bold' | 'dim', text: string) => string;

/** No colours at all. */
export const plainPaint: Paint = (_style, text) => text;

/** One column: its head and how wide it is comes from its longest cell. */
export interface Column<T> {
  readonly head: string;
  readonly cell: (row: T) => string;
  readonly style?: (row: T) => Parameters<Paint>[0] | undefined;
}

/** Lines of a table with aligned columns, the head first; no line ends with a space. */
export function renderTable<T>(rows: readonly T[], columns: readonly Column<T>[], paint: Paint): string {
  const texts = rows.map(row => columns.map(column => oneLine(column.cell(row))));
  const widths = columns.map((column, index) =>
    Math.max(column.head.length, ...texts.map(cells => (cells[index] ?? '').length)),
  );
  const head = paint(
    'bold',
    join(
      columns.map(column => column.head),
      widths,
    ),
  );
  const lines = texts.map((cells, row) => {
    const padded = cells.map((cell, index) => cell.padEnd(widths[index] ?? 0));
    const painted = padded.map((cell, index) => {
      const style = columns[index]?.style?.(rows[row] as T);
      return style === undefined ? cell : paint(style, cell);
    });
    return painted.join('  ').trimEnd();
  });
  return [head, ...lines, ''].join('\n');
}

function join(cells: readonly string[], widths: readonly number[]): string {
  return cells
    .map((cell, index) => cell.padEnd(widths[index] ?? 0))
    .join('  ')
    .trimEnd();
}

/**
 * Names come from guests and files: nothing in them may move the cursor, start a line, or turn the direction of the text
 * around them.
 */
export function oneLine(text: string): string {
  return printableLine(text);
}

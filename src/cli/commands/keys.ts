import { QuotaError } from '../../errors.ts';
import { type KeyRow, keyRows } from '../../explain/key-rows.ts';
import { renderKeys, renderKeysMarkdown } from '../../report/key-table.ts';
import type { Paint } from '../../report/table.ts';
import { type Loudness, processTerminal } from '../terminal.ts';

/** Options of `keys`. */
export interface KeysOptions extends Loudness {
  readonly format: 'table' | 'wide' | 'json' | 'markdown';
}

/** `virt-quota keys`. */
export function keys(pattern: string | undefined, options: KeysOptions): void {
  const terminal = processTerminal(options);
  const rows = keyRows().filter(row => pattern === undefined || matches(row, pattern));
  if (pattern !== undefined && rows.length === 0) {
    throw new QuotaError('not-found', pattern, `no key is like '${pattern}'`);
  }
  terminal.out(text(rows, options.format, terminal.paint));
}

function text(rows: readonly KeyRow[], format: KeysOptions['format'], paint: Paint): string {
  switch (format) {
    case 'json':
      return `${JSON.stringify({ schemaVersion: 1, kind: 'keys', keys: rows }, null, 2)}\n`;
    case 'markdown':
      return renderKeysMarkdown(rows);
    default:
      return renderKeys(rows, paint, format);
  }
}

/** A piece of the key or of libvirt's parameter; with a `*` the whole key, or what follows its namespace. */
function matches({ key, parameter }: KeyRow, pattern: string): boolean {
  if (!pattern.includes('*')) return key.includes(pattern) || parameter?.includes(pattern) === true;
  const pieces = pattern.split(/\*+/).map(piece => piece.replace(/[^\w:-]/g, character => `\\${character}`));
  const whole = new RegExp(`^${pieces.join('.*')}$`);
  return whole.test(key) || whole.test(key.slice(key.indexOf(':') + 1));
}

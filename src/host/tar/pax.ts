import { TarError, utf8 } from './header.ts';

/** What an extended header says of the file that follows it. */
export interface PaxRecords {
  readonly path?: string;
  /** In bytes. */
  readonly size?: number;
}

/**
 * Reads the records of an extended header, each `LENGTH KEY=VALUE` and a line feed. Times, owners and attributes are
 * nobody's business here.
 *
 * @throws TarError also for those of sparse files
 */
export function parsePax(bytes: Buffer): PaxRecords {
  const found: { path?: string; size?: number } = {};
  for (let at = 0; at < bytes.length; ) {
    const [, digits = ''] = /^([1-9]\d{0,5}) /.exec(bytes.toString('latin1', at, at + 7)) ?? [];
    const end = at + Number(digits);
    const isRecord = digits !== '' && end <= bytes.length && bytes[end - 1] === 0x0a;
    const equals = isRecord ? bytes.indexOf('=', at + digits.length + 1) : -1;
    if (equals < 0 || equals >= end) throw new TarError('it has an extended header that is none');
    const key = bytes.toString('latin1', at + digits.length + 1, equals);
    if (key.startsWith('GNU.sparse.')) throw new TarError('it has a sparse file');
    if (key === 'path') found.path = utf8(bytes.subarray(equals + 1, end - 1));
    if (key === 'size') found.size = sizeOf(bytes.toString('latin1', equals + 1, end - 1));
    at = end;
  }
  return found;
}

function sizeOf(digits: string): number {
  if (!/^\d{1,15}$/.test(digits)) throw new TarError('it has a size that is none');
  return Number(digits);
}

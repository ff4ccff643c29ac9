import { isUtf8 } from 'node:buffer';

/** A tar file is made of blocks of so many bytes. @see POSIX.1-2017 pax, ustar interchange format */
export const BLOCK_BYTES = 512;

/** What a header says, as far as anybody here wants to know. */
export interface TarHeader {
  readonly name: string;
  /** One character; NUL, as older programs have it, is `0`. */
  readonly type: string;
  /** Bytes of what follows. */
  readonly size: number;
}

/** Why something is no tar file that is read here. */
export class TarError extends Error {}

/** What a block says; undefined: it is all zeros, an end. @throws TarError */
export function parseHeader(block: Buffer): TarHeader | undefined {
  const sum = sumOf(block);
  if (sum === undefined) return undefined;
  const magic = block.toString('latin1', 257, 265);
  if (magic !== 'ustar\x0000' && magic !== 'ustar  \0')
    throw new TarError('it has a block that is no header');
  if (octal(block, 148, 8) !== sum) throw new TarError('a header has another checksum than it should');
  const type = block.toString('latin1', 156, 157);
  const prefix = magic.startsWith('ustar\0') ? text(block, 345, 155) : '';
  const own = text(block, 0, 100);
  return {
    name: prefix === '' ? own : `${prefix}/${own}`,
    type: type === '\0' ? '0' : type,
    size: octal(block, 124, 12),
  };
}

/** The sum of all bytes, as if its own field were spaces; undefined: all are zeros. */
function sumOf(block: Buffer): number | undefined {
  let sum = 0;
  for (let at = 0; at < BLOCK_BYTES; at += 1) sum += block[at] ?? 0;
  if (sum === 0) return undefined;
  for (let at = 148; at < 156; at += 1) sum += 0x20 - (block[at] ?? 0);
  return sum;
}

/** @throws TarError in base 256, too, as sizes have it that nothing here could have */
function octal(block: Buffer, at: number, length: number): number {
  const digits = block.toString('latin1', at, at + length);
  const [, found] = /^ *([0-7]+)[ \0]*$/.exec(digits) ?? [];
  if (found === undefined) throw new TarError('a header has a number that is none');
  return Number.parseInt(found, 8);
}

/** @throws TarError when it is not UTF-8 */
function text(block: Buffer, at: number, length: number): string {
  const end = block.indexOf(0, at);
  return utf8(block.subarray(at, end < 0 || end > at + length ? at + length : end));
}

/** A text in UTF-8. @throws TarError */
export function utf8(bytes: Buffer): string {
  if (!isUtf8(bytes)) throw new TarError('it has a name that is not UTF-8');
  return bytes.toString();
}

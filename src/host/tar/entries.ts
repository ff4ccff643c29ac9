import type { TarBytes } from './bytes.ts';
import { BLOCK_BYTES, parseHeader, TarError, type TarHeader, utf8 } from './header.ts';
import { type PaxRecords, parsePax } from './pax.ts';

/** A plain file in a tar file. */
export interface TarEntry {
  /** Relative and plain: `a/b`. */
  readonly name: string;
  /** In bytes, where its content begins. */
  readonly offset: number;
  /** In bytes. */
  readonly size: number;
}

/** What a tar file may have at most. */
export interface TarLimits {
  /** Bytes of one file. */
  readonly fileBytes: number;
  /** Files, folders, and what says more of them. */
  readonly entries: number;
  /** Bytes of one name. */
  readonly nameBytes: number;
  /** Folders within each other. */
  readonly depth: number;
}

/** A name, and little more. */
const MAX_EXTENDED_BYTES = 64 * 1024;
/** Of a name, in a message. */
const SHOWN_CHARACTERS = 200;

/** What else there may be in a tar file, and never is in what is read here. */
const refusedTypes: Readonly<Record<string, string>> = {
  '1': 'a hard link',
  '2': 'a link',
  '3': 'a character device',
  '4': 'a block device',
  '6': 'a FIFO',
  K: 'a link',
  S: 'a sparse file',
};

/**
 * The plain files of a tar file in their order; folders are passed over. Whatever else is in it, or has a name that leads
 * elsewhere, makes the whole file one that is not read.
 *
 * @throws TarError
 */
export function* tarEntries(bytes: TarBytes, limits: TarLimits): Generator<TarEntry> {
  let extended: PaxRecords = {};
  let entries = 0;
  for (let at = 0; ; ) {
    const header = headerAt(bytes, at);
    if (header === undefined) return;
    entries += 1;
    if (entries > limits.entries) throw new TarError(`it has more than ${limits.entries} headers`);
    const { type } = header;
    const offset = at + BLOCK_BYTES;
    if (type === '0' || type === '5') {
      const size = extended.size ?? header.size;
      const name = nameOf(extended.path ?? header.name, type, limits);
      checkSize(name, type, size, limits);
      if (type === '0') yield { name, offset, size };
      extended = {};
      at = after(bytes, offset, size);
    } else {
      extended = { ...extended, ...extendedBy(header, bytes, offset) };
      at = after(bytes, offset, header.size);
    }
  }
}

/** undefined: the end. */
function headerAt(bytes: TarBytes, at: number): TarHeader | undefined {
  const block = bytes.at(at, BLOCK_BYTES);
  if (block.length < BLOCK_BYTES) throw new TarError('it is cut off');
  return parseHeader(block);
}

/** Where what follows some content begins. */
function after(bytes: TarBytes, offset: number, size: number): number {
  const next = offset + Math.ceil(size / BLOCK_BYTES) * BLOCK_BYTES;
  if (next > bytes.size) throw new TarError('it is cut off');
  return next;
}

function extendedBy({ type, size, name }: TarHeader, bytes: TarBytes, offset: number): PaxRecords {
  if (type !== 'x' && type !== 'g' && type !== 'L') {
    throw new TarError(`${quoted(name)} in it is ${refusedTypes[type] ?? 'no plain file'}`);
  }
  if (size > MAX_EXTENDED_BYTES) throw new TarError('it has an extended header that is too large');
  const content = bytes.at(offset, size);
  if (content.length < size) throw new TarError('it is cut off');
  if (type === 'L') return { path: utf8(content).replace(/\0+$/, '') };
  const records = parsePax(content);
  // Those for all files are comments; anything else would be a name or a size for all of them.
  if (type === 'g' && Object.keys(records).length > 0) throw new TarError('it has a name for all its files');
  return type === 'g' ? {} : records;
}

function nameOf(given: string, type: string, { nameBytes, depth }: TarLimits): string {
  const name = given.replace(/^\.\//, '').replace(type === '5' ? /\/$/ : /$^/, '');
  const parts = name.split('/');
  const isTop = type === '5' && (name === '' || name === '.');
  const leads = parts.some(part => part === '' || part === '.' || part === '..') || name.includes('\0');
  if (leads && !isTop) throw new TarError(`${quoted(given)} in it is no name of a file inside of it`);
  if (Buffer.byteLength(name) > nameBytes) throw new TarError(`${quoted(given)} in it is too long a name`);
  if (parts.length > depth) throw new TarError(`${quoted(given)} in it lies too deep`);
  return name;
}

function checkSize(name: string, type: string, size: number, { fileBytes }: TarLimits): void {
  if (type === '5' && size !== 0) throw new TarError(`${quoted(name)} in it is a folder with content`);
  if (size > fileBytes) throw new TarError(`${quoted(name)} in it is larger than ${fileBytes} bytes`);
}

function quoted(name: string): string {
  return `'${name.slice(0, SHOWN_CHARACTERS)}'`;
}

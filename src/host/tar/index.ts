import type { TarEntry } from './entries.ts';
import { TarError } from './header.ts';

/** Where the files of a tar file are, by their names. It is memory that all threads of the process read. */
export interface TarIndex {
  /** In their order, in UTF-8, one after the other. */
  readonly names: SharedArrayBuffer;
  /** Three numbers a file: where its name ends, where its content begins in blocks, the content's bytes. */
  readonly table: SharedArrayBuffer;
}

/** Of all names together: a host with 10,000 domains has 40 MiB of them. */
const MAX_NAMES_BYTES = 192 * 1024 ** 2;
const NUMBERS = 3;
const BLOCK_BYTES = 512;

/** Makes an index. @throws TarError when two files have one name */
export function indexOf(entries: Iterable<TarEntry>): TarIndex {
  const files: TarEntry[] = [];
  let bytes = 0;
  for (const entry of entries) {
    bytes += Buffer.byteLength(entry.name);
    if (bytes > MAX_NAMES_BYTES) throw new TarError('its names are too many');
    files.push(entry);
  }
  files.sort((one, other) => (one.name < other.name ? -1 : one.name > other.name ? 1 : 0));
  const index = {
    names: new SharedArrayBuffer(bytes),
    table: new SharedArrayBuffer(files.length * NUMBERS * Uint32Array.BYTES_PER_ELEMENT),
  };
  const names = Buffer.from(index.names);
  const table = new Uint32Array(index.table);
  let end = 0;
  for (const [n, { name, offset, size }] of files.entries()) {
    if (name === files[n - 1]?.name) throw new TarError(`'${name.slice(0, 200)}' is in it twice`);
    end += names.write(name, end);
    table.set([end, offset / BLOCK_BYTES, size], n * NUMBERS);
  }
  return index;
}

/** Finds files in an index. */
export interface TarFinder {
  /** Where a file's content is, in bytes; undefined: there is no such file. */
  find(name: string): { readonly offset: number; readonly size: number } | undefined;
  /** Names in a folder, sorted. */
  list(folder: string): readonly string[];
}

/** Looks up what is in an index. */
export function finderIn(index: TarIndex): TarFinder {
  const names = Buffer.from(index.names);
  const table = new Uint32Array(index.table);
  const count = table.length / NUMBERS;
  const number = (n: number, which: number) => table[n * NUMBERS + which] ?? 0;
  const nameAt = (n: number) => names.toString('utf8', n === 0 ? 0 : number(n - 1, 0), number(n, 0));
  /** The first that is not before a name. */
  const firstFrom = (name: string): number => {
    let [low, high] = [0, count];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (nameAt(middle) < name) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return {
    find: name => {
      const n = firstFrom(name);
      if (n === count || nameAt(n) !== name) return undefined;
      return { offset: number(n, 1) * BLOCK_BYTES, size: number(n, 2) };
    },
    list: folder => {
      const prefix = `${folder}/`;
      const found = new Set<string>();
      for (let n = firstFrom(prefix); n < count; ) {
        const name = nameAt(n);
        if (!name.startsWith(prefix)) break;
        const [child = '', ...below] = name.slice(prefix.length).split('/');
        found.add(child);
        // What comes after everything in that folder: `0` follows `/`.
        n = below.length === 0 ? n + 1 : firstFrom(`${prefix}${child}0`);
      }
      return [...found].sort();
    },
  };
}

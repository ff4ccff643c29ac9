import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readSync,
  realpathSync,
} from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { QuotaError } from '../errors.ts';

/** Of one part of a capture. */
export const MAX_FILE_BYTES = 32 * 1024 ** 2;
const MAX_FOLDERS_KNOWN = 1000;

/**
 * Where the parts of a capture are: a folder, or whatever else holds files by name. Paths are relative, with `/`
 * between; one that would lead out is no file.
 */
export interface CaptureSource {
  /** For messages. */
  readonly name: string;
  /** The text of a part; undefined: there is none. @throws QuotaError `invalid-input`: a link, too large */
  read(path: string): string | undefined;
  /** Names in a folder of it, sorted; empty when there is none. @throws QuotaError `invalid-input` */
  list(path: string): readonly string[];
}

/**
 * A folder as a source. It is read in place: small files of this machine, tens of thousands of them, for which a turn of
 * the event loop each would take many times as long as reading. Links are refused, wherever in a path they are.
 */
export function folderSource(folder: string): CaptureSource {
  const root = join(folder, '.').replace(/\/$/, '');
  const isFolder = foldersIn(root);
  const inside = <T>(path: string, parent: string, read: (place: string) => T): T | undefined => {
    if (path.startsWith('/') || posix.normalize(path) !== path || path.startsWith('..')) return undefined;
    const place = `${root}/${path}`;
    return unlessMissing(place, () => (isFolder(parent) ? read(place) : undefined));
  };
  return {
    name: folder,
    read: path => inside(path, dirname(path), readRegularFile),
    list: path => inside(path, path, place => readdirSync(place).sort()) ?? [],
  };
}

/** Whether a path below a folder is a folder itself, all the way down; each is looked at once. @throws QuotaError */
function foldersIn(root: string): (path: string) => boolean {
  const known = new Set<string>();
  const isFolder = (path: string): boolean => {
    if (known.has(path)) return true;
    if (path !== '.' && !isFolder(dirname(path))) return false;
    const place = `${root}/${path}`;
    // The capture itself may be reached by a link.
    const status = lstatSync(path === '.' ? realpathSync(place) : place, { throwIfNoEntry: false });
    if (status === undefined) return false;
    if (!status.isDirectory()) throw refused(place, `'${place}' is not a folder`);
    // Those of one domain are asked for together: which are forgotten does not matter.
    if (known.size >= MAX_FOLDERS_KNOWN) known.clear();
    known.add(path);
    return true;
  };
  return isFolder;
}

function readRegularFile(place: string): string {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY;
  const file = openSync(place, flags);
  try {
    const status = fstatSync(file);
    if (!status.isFile()) throw refused(place, `'${place}' is not a regular file`);
    if (status.size > MAX_FILE_BYTES)
      throw refused(place, `'${place}' is larger than ${MAX_FILE_BYTES} bytes`);
    const bytes = Buffer.allocUnsafe(status.size);
    return bytes.toString('utf8', 0, readSync(file, bytes, 0, status.size, 0));
  } finally {
    closeSync(file);
  }
}

/** What is not there becomes undefined, what the system refuses a QuotaError. */
function unlessMissing<T>(place: string, read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof QuotaError || !(error instanceof Error) || !('code' in error)) throw error;
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    if (error.code === 'ELOOP') throw refused(place, `'${place}' is not a regular file`);
    throw refused(place, `'${place}' cannot be used as a capture: ${String(error.code)}`, error);
  }
}

function refused(place: string, message: string, cause?: Error): QuotaError {
  return new QuotaError('invalid-input', place, message, { cause });
}

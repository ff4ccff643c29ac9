import { type FileHandle, open, realpath, rename, stat, unlink } from 'node:fs/promises';
import { QuotaError } from '../errors.ts';

/** A file that is going to take the place of another one. */
export interface Replacement {
  write(text: string | Uint8Array): Promise<void>;
  /** The old file is gone, the new one is there: nobody ever sees half of it. */
  commit(): Promise<void>;
  /** The old file stays. */
  discard(): Promise<void>;
}

/**
 * Begins to replace a file, which need not be there: what is written goes into `FILE.<pid>.new` beside it. A link stays,
 * and so do the permissions.
 *
 * @throws QuotaError `invalid-input`, here and from the methods: cannot be written, or is not a regular file
 */
export async function replaceFile(path: string): Promise<Replacement> {
  const { file, mode } = await guarded(path, () => placeOf(path));
  const draft = `${file}.${process.pid}.new`;
  const handle = await guarded(path, () => open(draft, 'w', mode));
  const abandon = async () => {
    await handle.close().catch(() => {});
    await unlink(draft).catch(() => {});
  };
  const orAbandon = (work: () => Promise<void>) =>
    guarded(path, work).catch(async error => {
      await abandon();
      throw error;
    });
  return {
    write: text => orAbandon(() => writeAll(handle, text)),
    commit: () =>
      orAbandon(async () => {
        if (mode !== undefined) await handle.chmod(mode);
        await handle.sync();
        await handle.close();
        await rename(draft, file);
      }),
    discard: abandon,
  };
}

async function writeAll(handle: FileHandle, text: string | Uint8Array): Promise<void> {
  // Not handle.write, which may stop half-way.
  if (text.length > 0) await handle.appendFile(text);
}

/** Where the file really is, and its permissions when it is there. */
async function placeOf(path: string): Promise<{ readonly file: string; readonly mode?: number }> {
  const facts = await stat(path).catch(error => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  });
  if (facts === undefined) return { file: path };
  if (!facts.isFile()) throw new Error('it is not a regular file');
  return { file: await realpath(path), mode: facts.mode & 0o777 };
}

async function guarded<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new QuotaError('invalid-input', path, `cannot write '${path}': ${(error as Error).message}`, {
      cause: error,
    });
  }
}

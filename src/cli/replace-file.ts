import { constants } from 'node:fs';
import { type FileHandle, lstat, open, rename, unlink } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { QuotaError } from '../errors.ts';
import { draftName, removeStaleDrafts } from './drafts.ts';

/** A file that is going to take the place of another one. */
export interface Replacement {
  write(text: string | Uint8Array): Promise<void>;
  /** The old file is gone, the new one is there and on the disk: nobody ever sees half of it. */
  commit(): Promise<void>;
  /** The old file stays. */
  discard(): Promise<void>;
}

/** How a file is written. */
export interface ReplaceOptions {
  /** Nobody but its owner may read it; absent: what the umask says, and no more than the file that was there. */
  readonly secret?: boolean;
}

const READ_WRITE = 0o666;
const OWNER_ONLY = 0o600;

/**
 * Begins to replace a file, which need not be there. What is written goes into a new file beside it, under a name that
 * nobody can have put a link at; the folder may be somebody else's. A link in its place is never followed.
 *
 * @throws QuotaError `invalid-input`, here and from the methods: cannot be written, is a link, or is not a regular file
 */
export async function replaceFile(path: string, options: ReplaceOptions = {}): Promise<Replacement> {
  const folder = await guarded(path, () => open(dirname(path), constants.O_RDONLY | constants.O_DIRECTORY));
  // The same folder to the end, even if another one gets its name meanwhile.
  const place = (name: string) => `/proc/self/fd/${folder.fd}/${name}`;
  const target = place(basename(path));
  const draft = place(draftName());
  const begin = async () => {
    const mode = await modeFor(target, options);
    await removeStaleDrafts(place('.'));
    return open(draft, 'wx', mode);
  };
  const handle = await guarded(path, begin).catch(async error => {
    await folder.close();
    throw error;
  });
  const close = async () => {
    await handle.close().catch(() => {});
    await folder.close().catch(() => {});
  };
  const abandon = async () => {
    await unlink(draft).catch(() => {});
    await close();
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
        await handle.sync();
        await modeFor(target, options);
        await rename(draft, target);
        await folder.sync();
        await close();
      }),
    discard: abandon,
  };
}

/** Replaces a file by a text. @throws QuotaError `invalid-input` */
export async function replaceFileBy(path: string, text: string, options?: ReplaceOptions): Promise<void> {
  const file = await replaceFile(path, options);
  await file.write(text);
  await file.commit();
}

async function writeAll(handle: FileHandle, text: string | Uint8Array): Promise<void> {
  // Not handle.write, which may stop half-way.
  if (text.length > 0) await handle.appendFile(text);
}

/** The permissions to ask for, before the umask. @throws Error when something else than a file is there */
async function modeFor(target: string, { secret }: ReplaceOptions): Promise<number> {
  const mode = secret === true ? OWNER_ONLY : READ_WRITE;
  const facts = await lstat(target).catch(error => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  });
  if (facts === undefined) return mode;
  if (facts.isSymbolicLink()) throw new Error('it is a link');
  if (!facts.isFile()) throw new Error('it is not a regular file');
  // What its owner has kept from others stays so; somebody else's decides nothing.
  return facts.uid === process.geteuid?.() ? mode & facts.mode : mode;
}

async function guarded<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new QuotaError('invalid-input', path, `cannot write '${path}': ${reasonOf(error)}`, {
      cause: error,
    });
  }
}

/** Without the path that is really used. */
function reasonOf(error: unknown): string {
  const { message, code } = error as NodeJS.ErrnoException;
  return code === undefined ? message : message.replace(/, \w+ '.*$/s, '');
}

import { constants, type Stats } from 'node:fs';
import { type FileHandle, lstat, mkdir, open } from 'node:fs/promises';
import { dirname, sep } from 'node:path';

/** Permissions that let somebody else than the owner write. */
const OTHERS_WRITE = 0o022;
const STICKY = 0o1000;
/** A text that is kept; more than any journal has. */
const MAX_TEXT_BYTES = 64 * 1024 ** 2;

/**
 * Makes a folder for its owner only, unless it is there, and looks at every part of its way: nobody else than root and
 * this user may be able to put something else there. As sshd and sudo look before they read.
 *
 * @param folder absolute and normalized
 * @throws Error that says which part is wrong
 */
export async function makeTrustedFolder(folder: string): Promise<void> {
  // What is there already is looked at before anything is made in it.
  if (await isTrustedFolder(folder)) return;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await isTrustedFolder(folder);
}

/** Whether a folder is there; that it is one to be trusted. @throws Error that says which part of its way is wrong */
export async function isTrustedFolder(folder: string): Promise<boolean> {
  for (const part of waysTo(folder)) {
    const found = await unlessMissing(lstat(part));
    if (found === undefined) return false;
    requireTrusted(part, found, part === folder);
  }
  return true;
}

function waysTo(folder: string): readonly string[] {
  const parent = dirname(folder);
  return parent === folder ? [sep] : [...waysTo(parent), folder];
}

/** In a sticky folder others can add something, but cannot replace what is ours: `/tmp`. */
function requireTrusted(path: string, found: Stats, isLast: boolean): void {
  if (found.isSymbolicLink()) throw new Error(`'${path}' is a link`);
  if (!found.isDirectory()) throw new Error(`'${path}' is no folder`);
  requireOwner(path, found);
  const isSafe = (found.mode & OTHERS_WRITE) === 0 || (!isLast && (found.mode & STICKY) !== 0);
  if (!isSafe) throw new Error(`others may write to '${path}': chmod go-w '${path}'`);
}

function requireOwner(path: string, { uid }: Stats): void {
  const own = process.geteuid?.() ?? 0;
  if (uid === 0 || uid === own) return;
  throw new Error(`'${path}' belongs to user ${uid}, not to ${own === 0 ? 'root' : `root or user ${own}`}`);
}

/**
 * Opens a plain file of root's or this user's that nobody else may write to, and waits for nothing.
 *
 * @throws Error that says what is wrong with it; as `open` does
 */
export async function openTrusted(file: string, flags: number): Promise<FileHandle> {
  const manner = flags | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY;
  const handle = await open(file, manner, 0o600).catch(error => {
    throw (error as NodeJS.ErrnoException).code === 'ELOOP' ? new Error(`'${file}' is a link`) : error;
  });
  try {
    const found = await handle.stat();
    if (!found.isFile()) throw new Error(`'${file}' is no plain file`);
    requireOwner(file, found);
    if ((found.mode & OTHERS_WRITE) !== 0) throw new Error(`others may write to '${file}'`);
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** A text of root's or this user's, of bounded size; undefined: it is not there. @throws Error as {@link openTrusted} */
export async function readTrusted(file: string): Promise<string | undefined> {
  const handle = await unlessMissing(openTrusted(file, constants.O_RDONLY));
  if (handle === undefined) return undefined;
  try {
    const { size } = await handle.stat();
    if (size > MAX_TEXT_BYTES) throw new Error(`'${file}' is larger than ${MAX_TEXT_BYTES} bytes`);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(size), 0, size, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** What is not there is undefined. */
export async function unlessMissing<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

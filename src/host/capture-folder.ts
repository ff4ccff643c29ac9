import { constants, fstatSync } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { QuotaError } from '../errors.ts';
import { usable } from './capture-files.ts';
import type { CapturePart } from './capture-part.ts';

const OWNER_ONLY = { file: 0o600, folder: 0o700 } as const;
const WRITABLE_BY_OTHERS = 0o022;

/**
 * Writes the parts of a capture into a folder, which is made for it or is empty. Only their owner may read them. It is a
 * folder in which nobody else can put links.
 *
 * @throws QuotaError `invalid-input`
 */
export async function writeFolder(parts: Iterable<CapturePart>, folder: string): Promise<void> {
  const handle = await emptyFolder(folder);
  try {
    // The same folder to the end, even if another one gets its name meanwhile.
    const place = `/proc/self/fd/${handle.fd}`;
    for (const { path, text } of parts) await usable(folder, () => writeNew(`${place}/${path}`, text));
    await usable(folder, () => handle.sync());
  } finally {
    await handle.close();
  }
}

/** What is there already is not mixed with. */
async function emptyFolder(folder: string): Promise<FileHandle> {
  const flags = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
  const handle = await usable(folder, async () => {
    await mkdir(folder, { recursive: true, mode: OWNER_ONLY.folder });
    // Without the slash at its end, with which a link would be followed.
    return open(resolve(folder), flags).catch(error => {
      if (error.code === 'ENOTDIR' || error.code === 'ELOOP') throw refused(folder, 'is a link');
      throw error;
    });
  });
  try {
    const { uid, mode } = fstatSync(handle.fd);
    if (uid !== process.geteuid?.()) throw refused(folder, 'is the folder of another user');
    if ((mode & WRITABLE_BY_OTHERS) !== 0) throw refused(folder, 'is a folder that others may write to');
    if ((await usable(folder, () => readdir(`/proc/self/fd/${handle.fd}`))).length > 0)
      throw refused(folder, 'is not empty');
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function writeNew(file: string, text: string): Promise<void> {
  const options = { flag: 'wx', mode: OWNER_ONLY.file } as const;
  await writeFile(file, text, options).catch(async error => {
    if (error.code !== 'ENOENT') throw error;
    await mkdir(dirname(file), { recursive: true, mode: OWNER_ONLY.folder });
    await writeFile(file, text, options);
  });
}

function refused(folder: string, why: string): QuotaError {
  return new QuotaError('invalid-input', folder, `'${folder}' ${why}`);
}

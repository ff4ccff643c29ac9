import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { onInterrupt } from './interrupt.ts';
import { withLock } from './lock.ts';

/**
 * A file or folder of the cache, made if it is not there. It is made under another name and renamed, so that it is
 * there whole or not at all; processes that want it at the same time wait for the first.
 *
 * @param path - where it is kept.
 * @param make - makes it at the path it is given, where nothing is.
 */
export async function cached(path: string, make: (temporary: string) => Promise<void>): Promise<string> {
  if (existsSync(path)) return path;
  await withLock(`${path}.lock`, async () => {
    if (existsSync(path)) return;
    await removeLeftovers(path);
    const temporary = `${path}.tmp-${process.pid}`;
    const remove = () => rm(temporary, { recursive: true, force: true });
    const forget = onInterrupt(remove);
    try {
      await make(temporary);
      await rename(temporary, path);
    } finally {
      forget();
      await remove();
    }
  });
  return path;
}

/** We hold the lock: whatever bears a temporary name was left by a process that was killed. */
async function removeLeftovers(path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  for (const name of await readdir(dirname(path))) {
    if (name.startsWith(`${basename(path)}.tmp-`))
      await rm(join(dirname(path), name), { recursive: true, force: true });
  }
}

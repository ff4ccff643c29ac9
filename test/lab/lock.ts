import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { isMissing, missing } from './command.ts';
import { LabError } from './lab-error.ts';
import { say } from './progress.ts';

/**
 * Does work while no other process holds the same lock. The kernel keeps the lock (`flock`), for as long as a child
 * lives that ends with us: a killed lab leaves nothing locked.
 *
 * @param path - the lock file; it is made, and stays.
 */
export async function withLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  await mkdir(dirname(path), { recursive: true });
  // Detached, so that Ctrl-C on the terminal does not open the lock before the lab has cleaned up.
  const holder = spawn('flock', [path, 'cat'], { stdio: ['pipe', 'pipe', 'inherit'], detached: true });
  holder.stdin.on('error', () => {});
  holder.stdin.write('held\n');
  const waiting = setTimeout(() => say(path, 'waiting for another lab process'), 2000);
  try {
    await held(holder);
    clearTimeout(waiting);
    return await work();
  } finally {
    clearTimeout(waiting);
    holder.stdin.end();
  }
}

/** flock starts cat when the lock is ours, and cat echoes. */
async function held(holder: ChildProcessByStdio<Writable, Readable, null>): Promise<void> {
  const refused = once(holder, 'exit').then(() => {
    throw new LabError('failed', 'flock ended without giving the lock');
  });
  await Promise.race([once(holder.stdout, 'data'), refused]).catch((error: unknown) => {
    throw isMissing(error) ? missing('flock') : error;
  });
  refused.catch(() => {});
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { QuotaError } from '../errors.ts';
import type { Lock, StateFolder } from '../ports/state.ts';

const nameRule = /^[\w-]{1,100}$/;
const suffix = '.json';
/** flock's exit code when somebody else has the lock. */
const CONFLICT = 75;

/**
 * A folder of this machine, for its owner only; made when it is first needed. Locks are the kernel's (`flock`, of a
 * file that is open in this process), so that none is left behind by a killed one.
 *
 * @param folder absolute; `/var/lib/virt-quota` for root
 */
export function stateFolder(folder: string): StateFolder {
  const fileOf = (name: string) => join(folder, checked(name) + suffix);
  return {
    lock: name => refusing(folder, () => lock(folder, checked(name))),
    save: (name, text) => refusing(folder, () => save(folder, fileOf(name), text)),
    load: name => refusing(folder, () => unlessMissing(readFile(fileOf(name), 'utf8'))),
    remove: name => refusing(folder, () => remove(folder, fileOf(name))),
    locate: fileOf,
    names: () =>
      refusing(folder, async () => {
        const files = (await unlessMissing(readdir(folder))) ?? [];
        const own = files.filter(file => file.endsWith(suffix)).map(file => file.slice(0, -suffix.length));
        return own.filter(name => nameRule.test(name)).sort();
      }),
  };
}

function checked(name: string): string {
  if (nameRule.test(name)) return name;
  throw new QuotaError('internal', name, `'${name}' is no name for a state`);
}

async function save(folder: string, file: string, text: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const draft = `${file}.${process.pid}.new`;
  try {
    await writeSynced(draft, text);
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
  await settle(folder);
}

async function writeSynced(file: string, text: string): Promise<void> {
  const handle = await open(file, 'w', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function remove(folder: string, file: string): Promise<void> {
  const gone = await unlessMissing(rm(file).then(() => true));
  if (gone === true) await settle(folder);
}

/** What a folder names is safe only when the folder is: no text is lost, and none comes back, when the power fails. */
async function settle(folder: string): Promise<void> {
  const directory = await open(folder, 'r');
  await directory.sync().finally(() => directory.close());
}

async function lock(folder: string, name: string): Promise<Lock> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, `${name}.lock`);
  const handle = await open(file, constants.O_RDWR | constants.O_CREAT, 0o600);
  try {
    const exitCode = await flock(handle.fd);
    if (exitCode !== 0) throw await conflict(file, exitCode);
    const { bytesWritten } = await handle.write(`${process.pid}\n`, 0);
    await handle.truncate(bytesWritten);
  } catch (error) {
    await handle.close();
    throw error;
  }
  return { release: () => handle.close() };
}

/** Locks a file that is open here, by a program that is given it: the lock is the open file's, not the program's. */
async function flock(descriptor: number): Promise<number | null> {
  const program = spawn(
    'flock',
    ['--exclusive', '--nonblock', '--conflict-exit-code', String(CONFLICT), '3'],
    // A group of its own: Ctrl-C is for us.
    { stdio: ['ignore', 'ignore', 'ignore', descriptor], detached: true },
  );
  const [exitCode] = (await once(program, 'exit')) as [number | null];
  return exitCode;
}

async function conflict(file: string, exitCode: number | null): Promise<Error> {
  if (exitCode !== CONFLICT) return new Error(`flock failed with exit code ${exitCode}`);
  const pid = (await readFile(file, 'utf8').catch(() => '')).trim();
  const who = /^\d+$/.test(pid) ? `process ${pid}` : 'another process';
  return new QuotaError('locked', file, `${who} is at work on it`);
}

async function unlessMissing<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function refusing<T>(folder: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof QuotaError) throw error;
    const problem = `cannot keep state in '${folder}': ${(error as Error).message}`;
    throw new QuotaError('refused', folder, problem, { cause: error });
  }
}

import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { constants } from 'node:fs';
import { lstat, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { QuotaError } from '../errors.ts';
import type { Lock, StateFolder } from '../ports/state.ts';
import { holderOf } from './lock-holder.ts';
import { programFile } from './program-stamp.ts';
import { commandEnvironment } from './run-command.ts';
import {
  isTrustedFolder,
  makeTrustedFolder,
  openTrusted,
  readTrusted,
  unlessMissing,
} from './trusted-folder.ts';

const nameRule = /^[\w-]{1,100}$/;
const suffix = '.json';
/** A text that was being written: `NAME.json.PID.RANDOM.new`; once without the random part. */
const draftRule = /^[\w-]{1,100}\.json\.([1-9]\d{0,9})\.(?:[0-9a-f]{16}\.)?new$/;
/** After which a draft is nobody's, whoever has its process's number now, in ms. */
const DRAFT_AGE_MS = 3_600_000;
/** flock's exit code when somebody else has the lock. */
const CONFLICT = 75;

/** A state folder of this machine. */
export interface LocalStateFolder extends StateFolder {
  /** Takes away what killed processes were in the middle of writing. @throws QuotaError `refused` */
  tidy(): Promise<void>;
}

/**
 * A folder of this machine, for its owner only; made when it is first needed, and never used where somebody else could
 * put something there. Locks are the kernel's (`flock`, of a file that is open in this process), so that none is left
 * behind by a killed one.
 *
 * @param path `/var/lib/virt-quota` for root
 */
export function stateFolder(path: string): LocalStateFolder {
  const folder = resolve(path);
  const fileOf = (name: string) => join(folder, checked(name) + suffix);
  const list = async () => ((await isTrustedFolder(folder)) ? readdir(folder) : []);
  return {
    lock: name => refusing(folder, () => lock(folder, checked(name))),
    save: (name, text) => refusing(folder, () => save(folder, fileOf(name), text)),
    load: name => refusing(folder, () => load(folder, fileOf(name))),
    remove: name => refusing(folder, () => remove(folder, fileOf(name))),
    locate: fileOf,
    names: () =>
      refusing(folder, async () => {
        const files = await list();
        const own = files.filter(file => file.endsWith(suffix)).map(file => file.slice(0, -suffix.length));
        return own.filter(name => nameRule.test(name)).sort();
      }),
    tidy: () => refusing(folder, async () => tidy(folder, await list())),
  };
}

function checked(name: string): string {
  if (nameRule.test(name)) return name;
  throw new QuotaError('internal', name, `'${name}' is no name for a state`);
}

async function load(folder: string, file: string): Promise<string | undefined> {
  return (await isTrustedFolder(folder)) ? readTrusted(file) : undefined;
}

async function save(folder: string, file: string, text: string): Promise<void> {
  await makeTrustedFolder(folder);
  const draft = `${file}.${process.pid}.${randomBytes(8).toString('hex')}.new`;
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
  const handle = await openTrusted(file, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function remove(folder: string, file: string): Promise<void> {
  if (!(await isTrustedFolder(folder))) return;
  const gone = await unlessMissing(rm(file).then(() => true));
  if (gone === true) await settle(folder);
}

async function tidy(folder: string, files: readonly string[]): Promise<void> {
  for (const file of files) {
    const pid = Number(draftRule.exec(file)?.[1] ?? 0);
    if (pid > 0 && (await isLeft(join(folder, file), pid))) await rm(join(folder, file), { force: true });
  }
}

async function isLeft(draft: string, pid: number): Promise<boolean> {
  const isRunning = (await unlessMissing(stat(`/proc/${pid}`))) !== undefined;
  if (!isRunning) return true;
  const found = await unlessMissing(lstat(draft));
  return found !== undefined && Date.now() - found.mtimeMs > DRAFT_AGE_MS;
}

/** What a folder names is safe only when the folder is: no text is lost, and none comes back, when the power fails. */
async function settle(folder: string): Promise<void> {
  const directory = await open(folder, 'r');
  await directory.sync().finally(() => directory.close());
}

/** The lock's file says nothing, and is never written to. */
async function lock(folder: string, name: string): Promise<Lock> {
  await makeTrustedFolder(folder);
  await tidy(folder, await readdir(folder));
  const file = join(folder, `${name}.lock`);
  const handle = await openTrusted(file, constants.O_RDWR | constants.O_CREAT);
  try {
    const exitCode = await flock(handle.fd);
    if (exitCode !== 0) throw await conflict(file, handle.fd, exitCode);
  } catch (error) {
    await handle.close();
    throw error;
  }
  return { release: () => handle.close() };
}

/** Locks a file that is open here, by a program that is given it: the lock is the open file's, not the program's. */
async function flock(descriptor: number): Promise<number | null> {
  const program = spawn(
    programFile('flock') ?? '/usr/bin/flock',
    ['--exclusive', '--nonblock', '--conflict-exit-code', String(CONFLICT), '3'],
    // A group of its own: Ctrl-C is for us.
    { stdio: ['ignore', 'ignore', 'ignore', descriptor], env: commandEnvironment(), detached: true },
  );
  const [exitCode] = (await once(program, 'exit')) as [number | null];
  return exitCode;
}

async function conflict(file: string, descriptor: number, exitCode: number | null): Promise<Error> {
  if (exitCode !== CONFLICT) return new Error(`flock failed with exit code ${exitCode}`);
  const pid = await holderOf(file, descriptor);
  const who = pid === undefined ? 'another process' : `process ${pid}`;
  return new QuotaError('locked', file, `${who} is at work on it`);
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

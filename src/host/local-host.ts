import { constants } from 'node:fs';
import { type FileHandle, open, opendir, realpath } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { HostReadError, type HostReader, type HostWriter } from '../ports/host.ts';
import { isReadCommand } from './read-commands.ts';
import { runCommand } from './run-command.ts';
import { runMerged } from './run-merged.ts';
import { sharedCommands } from './shared-commands.ts';
import { isWriteCommand } from './write-commands.ts';

const MAX_FILE_BYTES = 1024 ** 2;
const MAX_FOLDER_ENTRIES = 10_000;
const READ_TIMEOUT_MS = 10_000;
/** Above Open vSwitch's own patience, so that it is its answer that is heard. */
const WRITE_TIMEOUT_MS = 30_000;

/** Where to read. */
export interface LocalHostOptions {
  /** Folder that stands for `/`; links may not lead out of it, and commands cannot be run. Default `/`. */
  readonly root?: string;
  /** Ends commands under way. */
  readonly signal?: AbortSignal;
}

/** This machine as a {@link HostReader}: small regular files, and a few commands that change nothing. */
export function localHost(options: LocalHostOptions = {}): HostReader {
  const root = options.root ?? '/';
  const manner = { timeoutMs: READ_TIMEOUT_MS, ...(options.signal && { signal: options.signal }) };
  const run = sharedCommands({
    run: argv => runCommand(argv, manner),
    runMerged: (argv, input) => runMerged(argv, input, manner),
  });
  return {
    readFile: path => reading(path, async () => readSmallFile(await resolved(root, path), path)),
    listFolder: path => reading(path, async () => listNames(await resolved(root, path), path)),
    run: async argv => {
      if (root !== '/') throw new HostReadError(`'${argv.join(' ')}' would answer for another machine`);
      if (!isReadCommand(argv))
        throw new HostReadError(`'${argv.join(' ')}' is not a command that only reads`);
      return run(argv);
    },
  };
}

/** This machine as a {@link HostWriter}. */
export function localHostWriter(): HostWriter {
  return {
    run: async (argv, input) => {
      if (!isWriteCommand(argv, input))
        throw new HostReadError(`'${argv.join(' ')}' is not a command that may write`);
      return runCommand(argv, { timeoutMs: WRITE_TIMEOUT_MS, ...(input !== undefined && { input }) });
    },
  };
}

/** The real path of a path under the root. @throws HostReadError when it leads out of the root */
async function resolved(root: string, path: string): Promise<string> {
  if (!path.startsWith('/') || path.includes('\0') || posix.normalize(path) !== path) {
    throw new HostReadError(`'${path}' is not a plain absolute path`);
  }
  if (root === '/') return path;
  const [top, found] = await Promise.all([realpath(root), realpath(join(root, path))]);
  if (found !== top && !found.startsWith(`${top}/`))
    throw new HostReadError(`'${path}' leads out of '${root}'`);
  return found;
}

async function readSmallFile(file: string, path: string): Promise<string> {
  // Opening a pipe or a device must not block, nor do anything to it.
  const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  try {
    if (!(await handle.stat()).isFile()) throw new HostReadError(`'${path}' is not a regular file`);
    return await readAll(handle, path);
  } finally {
    await handle.close();
  }
}

/** Until the end: files of `/proc` and `/sys` have no size. */
async function readAll(handle: FileHandle, path: string): Promise<string> {
  const chunks: Buffer[] = [];
  for (let size = 0; size <= MAX_FILE_BYTES; ) {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(65_536), 0, 65_536, null);
    if (bytesRead === 0) return Buffer.concat(chunks).toString('utf8');
    chunks.push(buffer.subarray(0, bytesRead));
    size += bytesRead;
  }
  throw new HostReadError(`'${path}' is larger than ${MAX_FILE_BYTES} bytes`);
}

async function listNames(folder: string, path: string): Promise<readonly string[]> {
  const names: string[] = [];
  for await (const entry of await opendir(folder)) {
    names.push(entry.name);
    if (names.length > MAX_FOLDER_ENTRIES) {
      throw new HostReadError(`'${path}' has more than ${MAX_FOLDER_ENTRIES} entries`);
    }
  }
  return names.sort();
}

/** Absent becomes undefined, everything else that goes wrong HostReadError. */
async function reading<T>(path: string, read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (['ENOENT', 'ENOTDIR', 'ESRCH', 'ENODEV'].includes(code)) return undefined;
    if (error instanceof HostReadError || code === '') throw error;
    throw new HostReadError(`'${path}' cannot be read: ${code}`, { cause: error });
  }
}

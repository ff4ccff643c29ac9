import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readdirSync,
  readSync,
  realpathSync,
  statSync,
} from 'node:fs';
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

/**
 * This machine as a {@link HostReader}: small regular files, and a few commands that change nothing. Files are read on the
 * spot: the kernel makes those of `/proc` and `/sys` when they are read, in less time than handing the work to a thread
 * takes.
 */
export function localHost(options: LocalHostOptions = {}): HostReader {
  const root = options.root ?? '/';
  const manner = { timeoutMs: READ_TIMEOUT_MS, ...(options.signal && { signal: options.signal }) };
  const run = sharedCommands({
    run: argv => runCommand(argv, manner),
    runMerged: (argv, input) => runMerged(argv, input, manner),
  });
  return {
    readFile: async path => reading(path, () => readSmallFile(resolved(root, path), path)),
    listFolder: async path => reading(path, () => listNames(resolved(root, path), path)),
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
function resolved(root: string, path: string): string {
  if (!path.startsWith('/') || path.includes('\0') || posix.normalize(path) !== path) {
    throw new HostReadError(`'${path}' is not a plain absolute path`);
  }
  if (root === '/') return path;
  const [top, found] = [realpathSync(root), realpathSync(join(root, path))];
  if (found !== top && !found.startsWith(`${top}/`))
    throw new HostReadError(`'${path}' leads out of '${root}'`);
  return found;
}

function readSmallFile(file: string, path: string): string {
  // Opening a pipe or a device must not block, nor do anything to it.
  const descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  try {
    if (!fstatSync(descriptor).isFile()) throw new HostReadError(`'${path}' is not a regular file`);
    return readAll(descriptor, path);
  } finally {
    closeSync(descriptor);
  }
}

/** For one file after the other; what no file needs of it takes no memory. */
const content = Buffer.alloc(MAX_FILE_BYTES + 1);

/** Until the end: files of `/proc` and `/sys` have no size, and may come in pieces. */
function readAll(descriptor: number, path: string): string {
  for (let size = 0; size < content.length; ) {
    const bytes = readSync(descriptor, content, size, content.length - size, null);
    if (bytes === 0) return content.toString('utf8', 0, size);
    size += bytes;
  }
  throw new HostReadError(`'${path}' is larger than ${MAX_FILE_BYTES} bytes`);
}

/** Most folders that are asked for are not there: finding that out by an error takes eight times as long. */
function listNames(folder: string, path: string): readonly string[] | undefined {
  if (statSync(folder, { throwIfNoEntry: false }) === undefined) return undefined;
  const names = readdirSync(folder);
  if (names.length > MAX_FOLDER_ENTRIES) {
    throw new HostReadError(`'${path}' has more than ${MAX_FOLDER_ENTRIES} entries`);
  }
  return names.sort();
}

/** Absent becomes undefined, everything else that goes wrong HostReadError. */
function reading<T>(path: string, read: () => T | undefined): T | undefined {
  try {
    return read();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (['ENOENT', 'ENOTDIR', 'ESRCH', 'ENODEV'].includes(code)) return undefined;
    if (error instanceof HostReadError || code === '') throw error;
    throw new HostReadError(`'${path}' cannot be read: ${code}`, { cause: error });
  }
}

import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { constants } from 'node:fs';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HostReadError } from '../ports/host.ts';
import { programFile } from './program-stamp.ts';
import { commandEnvironment, MAX_OUTPUT_BYTES, type RunOptions, tooLate } from './run-command.ts';

/**
 * Runs a command, and gives what it wrote to both of its outputs in the order in which it did: they are one file.
 *
 * @returns undefined when it could not be run, or wrote too much
 * @throws HostReadError when it did not end in time; the signal's reason
 */
export async function runMerged(
  argv: readonly string[],
  input: string,
  { timeoutMs, signal }: RunOptions,
): Promise<string | undefined> {
  const output = await unnamedFile().catch(() => undefined);
  if (output === undefined) return undefined;
  try {
    const [program = '', ...rest] = argv;
    const child = spawn(programFile(program) ?? program, rest, {
      stdio: ['pipe', output.fd, output.fd],
      env: commandEnvironment(),
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
      ...(signal && { signal }),
    });
    // One that ends without having read all shows by its answer.
    child.stdin?.on('error', () => {});
    child.stdin?.end(input);
    const [exitCode] = await once(child, 'close').catch(() => [null]);
    signal?.throwIfAborted();
    if (child.signalCode === 'SIGKILL') throw new HostReadError(tooLate(argv, timeoutMs));
    const { size } = await output.stat();
    if (exitCode === null || size > MAX_OUTPUT_BYTES) return undefined;
    const { bytesRead, buffer } = await output.read(Buffer.alloc(size), 0, size, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await output.close();
  }
}

/** `O_TMPFILE` of Linux, which Node.js does not name; a part of it differs from one architecture to another. */
const O_TMPFILE = 0o20000000 | constants.O_DIRECTORY;

/** A file that ends with its handle, and never has a name where the file system can do that. */
async function unnamedFile(): Promise<FileHandle> {
  try {
    return await open(tmpdir(), O_TMPFILE | constants.O_RDWR, 0o600);
  } catch {
    const file = join(tmpdir(), `virt-quota-${randomBytes(16).toString('hex')}`);
    const handle = await open(file, 'wx+', 0o600);
    await unlink(file);
    return handle;
  }
}

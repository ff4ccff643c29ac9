import { mkdtemp, open, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { QuotaError } from '../errors.ts';
import { usable } from './capture-files.ts';
import { runCommand } from './run-command.ts';

const TAR_TIMEOUT_MS = 600_000;

/** Where `ustar` stands in a tar file that is not compressed. @see POSIX.1-2017 pax, ustar interchange format */
const MAGIC_OFFSET = 257;

/** Puts a folder's files into a tar file, replaced in one step. @throws QuotaError `invalid-input` */
export async function packCapture(folder: string, file: string): Promise<void> {
  const half = `${resolve(file)}.${process.pid}.new`;
  const owner = ['--owner=root:0', '--group=root:0'];
  try {
    await tar(file, ['--create', '--file', half, '--directory', folder, '--sort=name', ...owner, '.']);
    await usable(file, () => rename(half, file));
  } finally {
    await rm(half, { force: true });
  }
}

/** A capture's folder, wherever it is. */
export interface OpenedCapture {
  readonly folder: string;
  /** Removes what was unpacked; a folder that was given stays. */
  close(): Promise<void>;
}

/**
 * A capture that is a folder, or a tar file of one, which is unpacked into a folder of its own. A compressed file is
 * refused: then what it unpacks to is no larger than itself. @throws QuotaError `invalid-input`
 */
export async function openCapture(path: string): Promise<OpenedCapture> {
  const status = await usable(path, () => stat(path));
  if (status.isDirectory()) return { folder: path, close: async () => {} };
  await refuseOther(path);
  const folder = await mkdtemp(join(tmpdir(), 'virt-quota-capture-'));
  const close = () => rm(folder, { recursive: true, force: true });
  try {
    const plain = ['--no-same-owner', '--no-same-permissions', '--delay-directory-restore'];
    await tar(path, ['--extract', '--file', resolve(path), '--directory', folder, ...plain]);
  } catch (error) {
    await close();
    throw error;
  }
  return { folder, close };
}

async function refuseOther(path: string): Promise<void> {
  const magic = await usable(path, async () => {
    const handle = await open(path);
    try {
      return (await handle.read(Buffer.alloc(5), 0, 5, MAGIC_OFFSET)).buffer.toString('latin1');
    } finally {
      await handle.close();
    }
  });
  if (magic === 'ustar') return;
  throw new QuotaError('invalid-input', path, `'${path}' is neither a folder nor a tar file (uncompressed)`);
}

async function tar(subject: string, words: readonly string[]): Promise<void> {
  const { exitCode, stderr } = await runCommand(['tar', ...words], { timeoutMs: TAR_TIMEOUT_MS }).catch(
    (error: Error) => ({ exitCode: 127, stderr: error.message }),
  );
  if (exitCode === 0) return;
  const why = stderr.trim().split('\n')[0] ?? '';
  throw new QuotaError('invalid-input', subject, `tar and '${subject}': ${why.slice(0, 200)}`);
}

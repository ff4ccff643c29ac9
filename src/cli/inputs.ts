import { createReadStream } from 'node:fs';
import { QuotaError } from '../errors.ts';

/**
 * The text of a file, or of standard input for `-`.
 *
 * @param limit largest size in bytes; a larger input is refused after that many, never held whole
 * @throws QuotaError `invalid-input`: not there, not readable, too large, not UTF-8
 */
export async function readInput(path: string, limit: number): Promise<string> {
  const name = path === '-' ? 'standard input' : path;
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of path === '-' ? process.stdin : createReadStream(path)) {
      size += (chunk as Buffer).length;
      if (size > limit)
        throw new QuotaError('invalid-input', name, `'${name}' is larger than ${mebibytes(limit)}`);
      chunks.push(chunk as Buffer);
    }
  } catch (error) {
    if (error instanceof QuotaError) throw error;
    throw new QuotaError('invalid-input', name, `cannot read '${name}': ${reasonOf(error)}`, {
      cause: error,
    });
  }
  return decode(Buffer.concat(chunks), name);
}

function decode(bytes: Buffer, name: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw new QuotaError('invalid-input', name, `'${name}' is not UTF-8 text`, { cause: error });
  }
}

function mebibytes(bytes: number): string {
  return `${bytes / 1024 / 1024} MiB`;
}

function reasonOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOENT') return 'no such file';
  if (code === 'EISDIR') return 'is a folder';
  if (code === 'EACCES' || code === 'EPERM') return 'permission denied';
  return error instanceof Error ? error.message : String(error);
}

import { constants } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { QuotaError } from '../errors.ts';
import { usable } from './capture-files.ts';
import { type CaptureSource, folderSource, MAX_FILE_BYTES } from './capture-source.ts';
import { bytesAt, type TarPlace } from './tar/bytes.ts';
import { type TarLimits, tarEntries } from './tar/entries.ts';
import { BLOCK_BYTES, parseHeader, TarError } from './tar/header.ts';
import { indexOf } from './tar/index.ts';
import { type TarArchive, tarSource } from './tar/source.ts';

/** Of a host with 10,000 domains it is 0.85 GB with 430,000 files. */
const MAX_ARCHIVE_BYTES = 8 * 1024 ** 3;
const LIMITS: TarLimits = {
  fileBytes: MAX_FILE_BYTES,
  entries: 2_000_000,
  // A cgroup's path in a captured host has 200, in 12 folders.
  nameBytes: 1024,
  depth: 48,
};

/** Where a capture is, for any thread of this process. */
export type CapturePlace = { readonly folder: string } | { readonly archive: TarArchive };

/** A capture that can be read. */
export interface OpenedCapture {
  readonly place: CapturePlace;
  close(): Promise<void>;
}

/** The parts of a capture where it is. */
export function sourceAt(place: CapturePlace): CaptureSource {
  return 'folder' in place ? folderSource(place.folder) : tarSource(place.archive);
}

/**
 * A capture that is a folder, or a tar file of one, which may be compressed with gzip or zstd. A tar file is read where it
 * is, a compressed one from memory; nothing is written. What is neither is never opened.
 *
 * @throws QuotaError `invalid-input`: it is neither, or has in it what no capture has
 */
export async function openCapture(path: string): Promise<OpenedCapture> {
  const status = await usable(path, () => stat(path));
  if (status.isDirectory()) return { place: { folder: path }, close: async () => {} };
  if (!status.isFile()) throw neither(path);
  // Whatever has come into its place meanwhile: it is not waited for.
  const flags = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;
  const handle = await usable(path, () => open(path, flags));
  try {
    const archive = await archiveIn(handle, path);
    return { place: { archive }, close: () => handle.close() };
  } catch (error) {
    await handle.close();
    if (error instanceof TarError) throw refused(path, `'${path}' is no capture: ${error.message}`);
    throw error;
  }
}

async function archiveIn(handle: FileHandle, path: string): Promise<TarArchive> {
  const facts = await handle.stat();
  if (!facts.isFile()) throw neither(path);
  const { size } = facts;
  if (size > MAX_ARCHIVE_BYTES) throw new TarError(`it is larger than ${MAX_ARCHIVE_BYTES} bytes`);
  const file = { descriptor: handle.fd, size };
  const place = await usable(path, () => uncompressed(handle, file, path));
  const index = indexOf(tarEntries(bytesAt(place), LIMITS));
  return { name: path, place, index };
}

async function uncompressed(
  handle: FileHandle,
  file: { readonly descriptor: number; readonly size: number },
  path: string,
): Promise<TarPlace> {
  const start = Buffer.from(bytesAt(file).at(0, BLOCK_BYTES));
  if (isHeader(start)) return file;
  const { compressionOf, inflate } = await import('./tar/inflate.ts');
  const compression = compressionOf(start);
  if (compression === undefined) throw neither(path);
  return inflate(handle, file.size, compression);
}

/** With its checksum: a compressed file may have anything at the place of `ustar`. */
function isHeader(block: Buffer): boolean {
  if (block.length < BLOCK_BYTES) return false;
  try {
    return parseHeader(block) !== undefined;
  } catch {
    return false;
  }
}

function neither(path: string): QuotaError {
  return refused(path, `'${path}' is neither a folder nor a tar file, plain or compressed with gzip or zstd`);
}

function refused(path: string, message: string): QuotaError {
  return new QuotaError('invalid-input', path, message);
}

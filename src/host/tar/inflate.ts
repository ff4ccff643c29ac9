import type { FileHandle } from 'node:fs/promises';
import { type Duplex, Readable } from 'node:stream';
import * as zlib from 'node:zlib';
import type { TarPlace } from './bytes.ts';
import { TarError } from './header.ts';
import { boundedMemory } from './memory.ts';
import { type ZstdCost, zstdCost } from './zstd-frames.ts';

/** How a tar file is compressed. */
export type Compression = 'gzip' | 'zstd';

/** What is held in memory: a host with 10,000 domains is 850 MB as a tar file. */
const MAX_INFLATED_BYTES = 1024 ** 3;
/** Captures of very many domains that are all alike come to 60 with gzip and 135 with zstd; a bomb to 1,000. */
const MAX_RATIO = 256;
/** So much may come of however little. */
const FREE_BYTES = 16 * 1024 ** 2;
/** For each block of zstd our decoder moves a whole window: what it may move before it is no use. 10 s or so. */
const MAX_MOVED_BYTES = 64 * 1024 ** 3;
/** What is given to a decoder at once. */
const PIECE_BYTES = 4 * 1024;

/** Which compression a file begins with; undefined: none of those that are read. */
export function compressionOf(start: Buffer): Compression | undefined {
  if (start.length >= 3 && start.readUIntBE(0, 3) === 0x1f8b08) return 'gzip';
  return start.length >= 4 && start.readUInt32LE(0) === 0xfd2fb528 ? 'zstd' : undefined;
}

/** Decompresses a file into memory. @param size of the file, in bytes @throws TarError */
export async function inflate(file: FileHandle, size: number, compression: Compression): Promise<TarPlace> {
  const memory = boundedMemory(Math.min(MAX_INFLATED_BYTES, Math.max(FREE_BYTES, size * MAX_RATIO)));
  if (size > MAX_INFLATED_BYTES) throw new TarError(`it is larger than ${MAX_INFLATED_BYTES} bytes`);
  try {
    if (compression === 'gzip') await through(zlib.createGunzip(), file, memory.append);
    else await unzstd(file, memory.append);
  } catch (error) {
    if (error instanceof TarError) throw error;
    throw new TarError(`its ${compression} is broken: ${(error as Error).message}`);
  }
  return memory.place();
}

async function through(stream: Duplex, file: FileHandle, append: (bytes: Buffer) => void): Promise<void> {
  const source = file.createReadStream({ autoClose: false });
  source.on('error', error => stream.destroy(error));
  try {
    for await (const piece of source.pipe(stream)) append(piece as Buffer);
  } finally {
    source.destroy();
  }
}

/** Node.js has it from 22.15 on, but stops after a frame, and says nothing of one that is cut off. */
async function unzstd(file: FileHandle, append: (bytes: Uint8Array) => void): Promise<void> {
  const bytes = await file.readFile();
  const cost = zstdCost(bytes);
  const make = Reflect.get(zlib, 'createZstdDecompress') as (() => Duplex) | undefined;
  if (make === undefined) return slowZstd(bytes, cost, append);
  for (const frame of cost.frames) {
    for await (const piece of Readable.from(piecesOf(frame)).pipe(make())) append(piece as Buffer);
  }
}

/** The same in JavaScript: what it costs is looked at before. */
async function slowZstd(
  bytes: Buffer,
  { windowBytes, blocks }: ZstdCost,
  append: (bytes: Uint8Array) => void,
): Promise<void> {
  if (windowBytes * blocks > MAX_MOVED_BYTES) throw new TarError('its zstd takes too long');
  const { Decompress } = await import('fzstd');
  const stream = new Decompress(append);
  let done = 0;
  for (const piece of piecesOf(bytes)) {
    done += piece.length;
    stream.push(piece, done === bytes.length);
  }
}

function* piecesOf(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) yield bytes.subarray(at, at + PIECE_BYTES);
}

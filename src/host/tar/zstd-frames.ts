import { TarError } from './header.ts';

/** What it takes to decompress zstd, as its frames say before anything is decompressed. */
export interface ZstdCost {
  /** The largest window of a frame, in bytes. */
  readonly windowBytes: number;
  readonly blocks: number;
  /** Their bytes, without those that are skipped. */
  readonly frames: readonly Buffer[];
}

/** Programs that compress in parallel make one for some MiB. */
const MAX_FRAMES = 10_000;

const FRAME_MAGIC = 0xfd2fb528;
const SKIPPED_MAGIC = 0x184d2a5;
const BLOCK_HEADER_BYTES = 3;
const CHECKSUM_BYTES = 4;
const RUN = 1;
const RESERVED = 3;

/** Adds up the frames of a zstd file. @see RFC 8878, 3.1 @throws TarError when they are none */
export function zstdCost(bytes: Buffer): ZstdCost {
  let windowBytes = 0;
  let blocks = 0;
  const frames: Buffer[] = [];
  try {
    for (let at = 0; at < bytes.length; ) {
      const magic = bytes.readUInt32LE(at);
      if (magic >>> 4 === SKIPPED_MAGIC) {
        at += 8 + bytes.readUInt32LE(at + 4);
        continue;
      }
      if (magic !== FRAME_MAGIC) throw new RangeError('magic');
      const start = at;
      const frame = frameHeader(bytes, at + 4);
      windowBytes = Math.max(windowBytes, frame.windowBytes);
      at = frame.end;
      for (let isLast = false; !isLast; blocks += 1) {
        const header = bytes.readUIntLE(at, BLOCK_HEADER_BYTES);
        isLast = (header & 1) === 1;
        const type = (header >> 1) & 3;
        if (type === RESERVED) throw new RangeError('block');
        at += BLOCK_HEADER_BYTES + (type === RUN ? 1 : header >> 3);
      }
      if (frame.hasChecksum) at += CHECKSUM_BYTES;
      if (at > bytes.length) throw new RangeError('end');
      frames.push(bytes.subarray(start, at));
      if (frames.length > MAX_FRAMES) throw new TarError(`its zstd has more than ${MAX_FRAMES} frames`);
    }
  } catch (error) {
    // What would be read beyond the end.
    if (error instanceof RangeError) throw new TarError('its zstd is broken or cut off');
    throw error;
  }
  return { windowBytes, blocks, frames };
}

/** Bytes of the field with the content's size, by its flag; the first only without a window. */
const CONTENT_SIZE_BYTES = [1, 2, 4, 8] as const;
const DICTIONARY_BYTES = [0, 1, 2, 4] as const;

function frameHeader(
  bytes: Buffer,
  at: number,
): { readonly windowBytes: number; readonly hasChecksum: boolean; readonly end: number } {
  const descriptor = bytes.readUInt8(at);
  const isSingle = (descriptor & 0x20) !== 0;
  const sizeFlag = descriptor >> 6;
  const sizeBytes = sizeFlag === 0 && !isSingle ? 0 : (CONTENT_SIZE_BYTES[sizeFlag] ?? 0);
  const dictionaryBytes = DICTIONARY_BYTES[descriptor & 3] ?? 0;
  const sizeAt = at + 1 + (isSingle ? 0 : 1) + dictionaryBytes;
  const windowBytes = isSingle ? contentSize(bytes, sizeAt, sizeBytes) : windowSize(bytes.readUInt8(at + 1));
  return { windowBytes, hasChecksum: (descriptor & 4) !== 0, end: sizeAt + sizeBytes };
}

function windowSize(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >> 3));
  return base + (base / 8) * (descriptor & 7);
}

function contentSize(bytes: Buffer, at: number, length: number): number {
  if (length === 8) return Number(bytes.readBigUInt64LE(at));
  const size = bytes.readUIntLE(at, length);
  return length === 2 ? size + 256 : size;
}

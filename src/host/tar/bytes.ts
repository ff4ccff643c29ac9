import { readSync } from 'node:fs';

/** Bytes that stay as they are, to be read from anywhere in them. */
export interface TarBytes {
  readonly size: number;
  /** So many of them, fewer at the end. They last until the next are asked for. @throws Error as the system has it */
  at(offset: number, length: number): Buffer;
}

/** Where bytes are; every thread of the process can read them there. */
export type TarPlace =
  | { readonly descriptor: number; readonly size: number }
  | { readonly blocks: readonly SharedArrayBuffer[]; readonly size: number };

/** Of what is held in memory. */
export const MEMORY_BLOCK_BYTES = 16 * 1024 ** 2;
/** Read at once: headers of small files are near each other. */
const WINDOW_BYTES = 64 * 1024;

/** Reads bytes where they are. */
export function bytesAt(place: TarPlace): TarBytes {
  return 'descriptor' in place ? bytesOfFile(place) : bytesOfBlocks(place);
}

function bytesOfFile({ descriptor, size }: { readonly descriptor: number; readonly size: number }): TarBytes {
  const window = Buffer.allocUnsafe(WINDOW_BYTES);
  let from = 0;
  let filled = 0;
  const whole = (into: Buffer, offset: number): Buffer => {
    let done = 0;
    while (done < into.length) {
      const more = readSync(descriptor, into, done, into.length - done, offset + done);
      if (more === 0) break;
      done += more;
    }
    return into.subarray(0, done);
  };
  return {
    size,
    at: (offset, length) => {
      if (length > WINDOW_BYTES) return whole(Buffer.allocUnsafe(length), offset);
      if (offset < from || offset + length > from + filled) {
        filled = whole(window, offset).length;
        from = offset;
      }
      return window.subarray(offset - from, Math.min(offset - from + length, filled));
    },
  };
}

function bytesOfBlocks(memory: {
  readonly blocks: readonly SharedArrayBuffer[];
  readonly size: number;
}): TarBytes {
  const blocks = memory.blocks.map(block => Buffer.from(block));
  return {
    size: memory.size,
    at: (offset, length) => {
      const end = Math.min(offset + length, memory.size);
      const pieces: Buffer[] = [];
      for (let at = offset; at < end; ) {
        const start = at % MEMORY_BLOCK_BYTES;
        const block = blocks[Math.floor(at / MEMORY_BLOCK_BYTES)] ?? Buffer.alloc(0);
        const piece = block.subarray(start, start + end - at);
        if (piece.length === 0) break;
        pieces.push(piece);
        at += piece.length;
      }
      const [first] = pieces;
      return pieces.length === 1 && first !== undefined ? first : Buffer.concat(pieces);
    },
  };
}

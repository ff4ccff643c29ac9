import { MEMORY_BLOCK_BYTES, type TarPlace } from './bytes.ts';
import { TarError } from './header.ts';

/** Memory that grows up to a limit, and that all threads of the process can read. */
export interface Memory {
  /** @throws TarError beyond the limit */
  append(bytes: Uint8Array): void;
  /** What is in it. */
  place(): TarPlace;
}

/** @param mostBytes of what is put into it */
export function boundedMemory(mostBytes: number): Memory {
  const blocks: SharedArrayBuffer[] = [];
  let size = 0;
  return {
    append: bytes => {
      if (size + bytes.length > mostBytes) {
        throw new TarError(`it is more than ${mostBytes} bytes when it is no longer compressed`);
      }
      for (let done = 0; done < bytes.length; ) {
        const at = size % MEMORY_BLOCK_BYTES;
        if (at === 0) blocks.push(new SharedArrayBuffer(MEMORY_BLOCK_BYTES));
        const piece = bytes.subarray(done, done + MEMORY_BLOCK_BYTES - at);
        new Uint8Array(blocks.at(-1) ?? new SharedArrayBuffer(0)).set(piece, at);
        size += piece.length;
        done += piece.length;
      }
    },
    place: () => ({ blocks, size }),
  };
}

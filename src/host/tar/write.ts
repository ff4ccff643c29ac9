import { BLOCK_BYTES } from './header.ts';

/** A file that is going to be in a tar file. */
export interface TarContent {
  /** Relative, with `/` between. */
  readonly path: string;
  readonly text: string;
}

const NAME_BYTES = 100;
const MODE = 0o600;

/** The pieces of a tar file. Its files are root's, and only their owner may read them. @see POSIX.1-2017 pax */
export function* tarOf(files: Iterable<TarContent>, at: Date): Generator<Uint8Array> {
  const seconds = Math.floor(at.getTime() / 1000);
  for (const { path, text } of files) {
    const isLong = Buffer.byteLength(path) > NAME_BYTES;
    if (isLong) yield* entry('PaxHeader', 'x', Buffer.from(record('path', path)), seconds);
    yield* entry(path, '0', Buffer.from(text), seconds);
  }
  yield Buffer.alloc(2 * BLOCK_BYTES);
}

function* entry(name: string, type: string, content: Buffer, seconds: number): Generator<Uint8Array> {
  const header = Buffer.alloc(BLOCK_BYTES);
  // Of a long name what fits: the whole is in the extended header.
  header.write(name, 0, NAME_BYTES);
  header.write(octal(MODE, 8), 100);
  header.write(octal(0, 8), 108);
  header.write(octal(0, 8), 116);
  header.write(octal(content.length, 12), 124);
  header.write(octal(seconds, 12), 136);
  header.write(' '.repeat(8), 148);
  header.write(type, 156);
  header.write('ustar\x0000root', 257);
  header.write('root', 297);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${octal(sum, 7)}\0 `, 148);
  yield header;
  if (content.length > 0) yield content;
  const rest = content.length % BLOCK_BYTES;
  if (rest > 0) yield Buffer.alloc(BLOCK_BYTES - rest);
}

/** @param length of the field, one of which ends it */
function octal(value: number, length: number): string {
  return value.toString(8).padStart(length - 1, '0');
}

/** Its own length is part of what it counts. */
function record(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  const bytes = Buffer.byteLength(rest);
  const digits = String(bytes + String(bytes).length).length;
  return `${bytes + digits}${rest}`;
}

import { isUtf8 } from 'node:buffer';

/** A line of input without its line feed and any byte order mark; or why it has no text. */
export type InputLine = string | { readonly problem: string };

const lineFeed = 0x0a;
const byteOrderMark = '\ufeff';

/**
 * The lines of a stream of UTF-8 text as they come, many at a time. No more is held than a chunk and a line.
 *
 * @param maxBytes longest line; what is above is dropped as it comes.
 */
export async function* linesOf(
  chunks: AsyncIterable<Buffer>,
  maxBytes: number,
): AsyncGenerator<readonly InputLine[]> {
  let begun: Buffer[] = [];
  let size = 0;
  const add = (piece: Buffer) => {
    size += piece.length;
    if (size <= maxBytes) begun.push(piece);
    else begun = [];
  };
  const finish = () => {
    const line = size > maxBytes ? tooLong(maxBytes) : textOf(Buffer.concat(begun));
    begun = [];
    size = 0;
    return line;
  };
  for await (const chunk of chunks) {
    const first = chunk.indexOf(lineFeed);
    if (first < 0) {
      add(chunk);
      continue;
    }
    const last = chunk.lastIndexOf(lineFeed);
    add(chunk.subarray(0, first));
    const begunLine = finish();
    yield last > first ? [begunLine, ...split(chunk.subarray(first + 1, last), maxBytes)] : [begunLine];
    add(chunk.subarray(last + 1));
  }
  if (size > 0) yield [finish()];
}

/** Decoding all at once is much faster, and nearly always possible. */
function split(bytes: Buffer, maxBytes: number): readonly InputLine[] {
  if (bytes.length <= maxBytes && isUtf8(bytes)) return bytes.toString().split('\n').map(withoutMark);
  const lines: InputLine[] = [];
  for (let start = 0; start <= bytes.length; ) {
    const found = bytes.indexOf(lineFeed, start);
    const end = found < 0 ? bytes.length : found;
    lines.push(end - start > maxBytes ? tooLong(maxBytes) : textOf(bytes.subarray(start, end)));
    start = end + 1;
  }
  return lines;
}

function textOf(bytes: Buffer): InputLine {
  return isUtf8(bytes) ? withoutMark(bytes.toString()) : { problem: 'it is not UTF-8 text' };
}

function withoutMark(text: string): string {
  return text.startsWith(byteOrderMark) ? text.slice(1) : text;
}

function tooLong(maxBytes: number): InputLine {
  return { problem: `it is longer than ${maxBytes} bytes` };
}

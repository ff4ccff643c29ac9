import { describe, expect, it } from 'vitest';
import { type InputLine, linesOf } from '../../src/cli/line-stream.ts';

/** The lines of a text that comes in pieces of so many bytes. */
async function linesInPieces(bytes: Buffer, size: number, maxBytes = 1000): Promise<readonly InputLine[]> {
  async function* pieces() {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  }
  const lines: InputLine[] = [];
  for await (const some of linesOf(pieces(), maxBytes)) lines.push(...some);
  return lines;
}

const tooLong = { problem: 'it is longer than 5 bytes' };
const notUtf8 = { problem: 'it is not UTF-8 text' };
const sizes = [1, 2, 3, 5, 7, 1000];

describe.each(sizes)('in pieces of %i bytes', size => {
  it.each<readonly [string, string, readonly string[]]>([
    ['nothing', '', []],
    ['a last line without an end', 'a\nb', ['a', 'b']],
    ['a last line with an end', 'a\nb\n', ['a', 'b']],
    ['empty lines', '\n\na\n\n', ['', '', 'a', '']],
    ['line ends of Windows, which JSON takes for space', 'a\r\nb\r\n', ['a\r', 'b\r']],
    ['a byte order mark', '\ufeffa\nb', ['a', 'b']],
    ['characters of several bytes', 'ä€\n😀😀\n', ['ä€', '😀😀']],
  ])('%s', async (_, text, expected) => {
    expect(await linesInPieces(Buffer.from(text), size)).toEqual(expected);
  });

  it('a line that is too long costs only itself', async () => {
    const bytes = Buffer.from('12345\n123456\n1\n1234567890\n12\n123456');
    const expected = ['12345', tooLong, '1', tooLong, '12', tooLong];
    expect(await linesInPieces(bytes, size, 5)).toEqual(expected);
  });

  it('a line that is not UTF-8 costs only itself', async () => {
    const bytes = Buffer.from('a\n\xff\nb\n\xc3\n\xc3\xa4', 'latin1');
    expect(await linesInPieces(bytes, size)).toEqual(['a', notUtf8, 'b', notUtf8, 'ä']);
  });
});

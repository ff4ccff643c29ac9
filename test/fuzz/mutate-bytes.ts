import type { Mutation } from './harness.ts';

const edgeWords = [
  0, 1, 2, 3, 4, 28, 255, 256, 0x7fff_ffff, 0x8000_0000, 0xffff_fffc, 0xffff_ffff, 0x2000_8086,
];

/** Changes of bytes that know words of four: lengths, counts, discriminants. Bytes are characters from 0 to 255. */
export const byteMutations: readonly Mutation[] = [
  (input, dice) => withWord(input, 4 * dice.below(Math.ceil(input.length / 4)), dice.of(edgeWords)),
  (input, dice) => {
    const at = 4 * dice.below(Math.ceil(input.length / 4));
    return withWord(input, at, wordAt(input, at) + dice.of([1, -1, 4, -4]));
  },
  (input, dice) => {
    const at = dice.below(input.length);
    const byte = input.charCodeAt(at) ^ (1 << dice.below(8));
    return input.slice(0, at) + String.fromCharCode(byte & 0xff) + input.slice(at + 1);
  },
  (input, dice) => input.slice(0, dice.below(input.length + 1)),
  (input, dice) => {
    const [from, size] = [4 * dice.below(input.length / 4), 4 * (1 + dice.below(8))];
    return (
      input.slice(0, from + size) +
      input.slice(from, from + size).repeat(dice.of([1, 3, 200])) +
      input.slice(from + size)
    );
  },
  (input, dice) => {
    const [from, size] = [dice.below(input.length), 1 + dice.below(8)];
    return input.slice(0, from) + input.slice(from + size);
  },
  // The length of the first message is right again.
  input => withWord(input, 0, input.length),
];

function wordAt(input: string, at: number): number {
  return Buffer.from(input.slice(at, at + 4).padEnd(4, '\0'), 'latin1').readUInt32BE(0);
}

function withWord(input: string, at: number, word: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(word >>> 0, 0);
  return input.slice(0, at) + bytes.toString('latin1') + input.slice(at + 4);
}

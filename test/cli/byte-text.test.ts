import { expect, it } from 'vitest';
import { ByteText } from '../../src/cli/byte-text.ts';

const textOf = ({ bytes }: ByteText) => Buffer.from(bytes).toString();

it('is what was appended, in UTF-8', () => {
  const text = new ByteText(new ArrayBuffer(0));
  text.append('µs\n');
  text.append('10 MiB/s\n');
  expect([...text.bytes.subarray(0, 4)]).toEqual([0xc2, 0xb5, 0x73, 0x0a]);
  expect(textOf(text)).toBe('µs\n10 MiB/s\n');
});

it('grows with its text, and keeps what it had', () => {
  const text = new ByteText(new ArrayBuffer(4));
  text.append('abc');
  text.append('µ'.repeat(100_000));
  text.append('end');
  expect(textOf(text)).toBe(`abc${'µ'.repeat(100_000)}end`);
});

it('uses memory again, and no more of it than there is', () => {
  const memory = new ArrayBuffer(100_000);
  const first = new ByteText(memory);
  first.append('x'.repeat(100_000));
  const second = new ByteText(memory);
  second.append('short');
  expect(second.bytes.buffer).toBe(memory);
  expect(textOf(second)).toBe('short');
});

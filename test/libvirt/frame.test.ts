import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeFrame, type Frame, FrameParser } from '../../src/libvirt/frame.ts';

const header = { program: 0x20008086, version: 1, procedure: 23, type: 1, serial: 9, status: 0 };
const first = encodeFrame(header, Buffer.from('hello, libvirt!!'));
const second = encodeFrame({ ...header, serial: 10 }, Buffer.alloc(0));

function parse(...chunks: readonly Buffer[]): readonly Frame[] {
  const parser = new FrameParser();
  return chunks.flatMap(chunk => [...parser.push(chunk)]);
}

it('a frame is a length, which counts itself, and six words', () => {
  expect(second.toString('hex')).toBe('0000001c20008086000000010000001700000001' + '0000000a00000000');
});

describe('frames are found however the bytes come', () => {
  const both = Buffer.concat([first, second]);
  const expected = [
    { ...header, payload: Buffer.from('hello, libvirt!!') },
    { ...header, serial: 10, payload: Buffer.alloc(0) },
  ];

  it('in two pieces, split at every byte', () => {
    for (let at = 0; at <= both.length; at += 1) {
      expect(parse(both.subarray(0, at), both.subarray(at)), `split at ${at}`).toEqual(expected);
    }
  });

  it('byte by byte', () => {
    expect(parse(...[...both].map(byte => Buffer.of(byte)))).toEqual(expected);
  });

  it('in any pieces', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(both.length)), cuts => {
        const edges = [0, ...cuts.sort((a, b) => a - b), both.length];
        const chunks = edges.slice(1).map((edge, index) => both.subarray(edges[index], edge));
        expect(parse(...chunks)).toEqual(expected);
      }),
    );
  });

  it('the largest one, 32 MiB and its length word, in pieces of 64 KiB', () => {
    const large = encodeFrame(header, Buffer.alloc(33_554_436 - 28, 7));
    const chunks = Array.from({ length: 513 }, (_, index) =>
      large.subarray(index * 65_536, (index + 1) * 65_536),
    );
    const frames = parse(...chunks);
    expect(frames.map(frame => frame.payload.length)).toEqual([33_554_408]);
  });
});

describe('a length that cannot be ends it', () => {
  it.each([
    ['00000000', 0],
    ['0000001b', 27],
    ['02000005', 33_554_437],
    ['ffffffff', 4_294_967_295],
  ])('%s', (hex, length) => {
    const message = `a message cannot be ${length} bytes long`;
    expect(() => parse(Buffer.from(hex, 'hex'))).toThrow(
      expect.objectContaining({ kind: 'protocol', message }),
    );
  });

  it('and none of ours is ever too large', () => {
    const attempt = () => encodeFrame(header, Buffer.alloc(33_554_409));
    expect(attempt).toThrow(expect.objectContaining({ kind: 'unsupported' }));
  });
});

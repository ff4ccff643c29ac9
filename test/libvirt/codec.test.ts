import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as codecs from '../../src/libvirt/codec.ts';
import { domain, uuid } from '../../src/libvirt/domain-codec.ts';
import { parameters } from '../../src/libvirt/parameter-codec.ts';
import type { TypedParameter } from '../../src/libvirt/typed-parameters.ts';
import { XdrReader, XdrWriter } from '../../src/libvirt/xdr.ts';

function written<Value>(codec: codecs.Codec<Value>, value: Value): Buffer {
  const writer = new XdrWriter();
  codec.write(writer, value);
  return Buffer.from(writer.bytes);
}

function reread<Value>(codec: codecs.Codec<Value>, value: Value): unknown {
  const reader = new XdrReader(written(codec, value));
  const read = codec.read(reader);
  expect(reader.left).toBe(0);
  return read;
}

const word = fc.string({ unit: 'grapheme' }).map(text => text.replaceAll('\0', '0'));
const uuids = fc.uuid();
const int32 = fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff });
const uint32 = fc.integer({ min: 0, max: 0xffff_ffff });
const parameter: fc.Arbitrary<TypedParameter> = fc.oneof(
  fc.record({ type: fc.constant('int' as const), value: int32 }),
  fc.record({ type: fc.constant('uint' as const), value: uint32 }),
  fc.record({ type: fc.constant('llong' as const), value: fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n) }),
  fc.record({ type: fc.constant('ullong' as const), value: fc.bigInt(0n, 2n ** 64n - 1n) }),
  fc.record({ type: fc.constant('double' as const), value: fc.double() }),
  fc.record({ type: fc.constant('boolean' as const), value: fc.boolean() }),
  fc.record({ type: fc.constant('string' as const), value: word }),
);

describe('what is written is what is read', () => {
  const law = <Value>(name: string, codec: codecs.Codec<Value>, values: fc.Arbitrary<Value>) =>
    it(name, () => {
      const holds = fc.property(values, value => {
        expect(reread(codec, value)).toEqual(value);
      });
      fc.assert(holds);
    });

  law('integers', codecs.list(codecs.int32, 100), fc.array(int32));
  law('unsigned integers', codecs.list(codecs.uint32, 100), fc.array(uint32));
  law('64-bit integers', codecs.int64, fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n));
  law('unsigned 64-bit integers', codecs.uint64, fc.bigInt(0n, 2n ** 64n - 1n));
  law('doubles', codecs.double, fc.double());
  law('strings', codecs.text, word);
  law('UUIDs', uuid, uuids);
  law('optional strings', codecs.optional(codecs.text), fc.option(word, { nil: undefined }));
  law(
    'domains',
    domain,
    fc.record({ name: word, uuid: uuids, id: fc.nat(0x7fff_ffff) }, { requiredKeys: ['name', 'uuid'] }),
  );
  law('typed parameters', parameters(64), fc.dictionary(word, parameter, { noNullPrototype: true }));
});

describe('the bytes are those of RFC 4506', () => {
  it.each([
    ['a string is counted and filled up to four', codecs.text, 'abcde', '00000005 6162636465000000'],
    ['an empty string is its count', codecs.text, '', '00000000'],
    ['a number is big-endian', codecs.int32, -2, 'fffffffe'],
    ['a truth is an int', codecs.flag, true, '00000001'],
    ['what is absent is a 0', codecs.optional(codecs.text), undefined, '00000000'],
    ['what is present comes after a 1', codecs.optional(codecs.int32), 7, '00000001 00000007'],
    [
      'a domain that is not running has the id -1',
      domain,
      { name: 'vm', uuid: '00112233-4455-6677-8899-aabbccddeeff' },
      '00000002 766d0000 00112233445566778899aabbccddeeff ffffffff',
    ],
    [
      'a parameter is its name, the number of its type, and its value',
      parameters(16),
      { cpu_shares: { type: 'ullong' as const, value: 1536n } },
      '00000001 0000000a 6370755f736861726573 0000 00000004 0000000000000600',
    ],
  ] as const)('%s', (_, codec, value, hex) => {
    expect(written(codec as codecs.Codec<unknown>, value).toString('hex')).toBe(hex.replaceAll(' ', ''));
  });
});

describe('what the wire cannot carry is refused before anything is sent', () => {
  it.each([
    ['a fraction', codecs.int32, 1.5, '1.5 is not an integer from -2147483648 to 2147483647'],
    ['a negative unsigned', codecs.uint32, -1, '-1 is not an integer from 0 to 4294967295'],
    ['not a number', codecs.uint32, Number.NaN, 'NaN is not an integer from 0 to 4294967295'],
    ['2^63', codecs.int64, 2n ** 63n, '9223372036854775808 is not a signed 64-bit number'],
    ['-1 as unsigned', codecs.uint64, -1n, '-1 is not an unsigned 64-bit number'],
    [
      'a NUL, behind which C would not look',
      codecs.text,
      'vm1\0x',
      'a string with a NUL character cannot be sent',
    ],
    ['4 MiB + 1', codecs.text, 'x'.repeat(4_194_305), 'length 4194305 is beyond the limit of 4194304'],
    ['too many', codecs.list(codecs.int32, 2), [1, 2, 3], 'length 3 is beyond the limit of 2'],
    ['no UUID', uuid, '1234', "'1234' is not a UUID"],
  ] as const)('%s', (_, codec, value, message) => {
    const attempt = () => written(codec as codecs.Codec<unknown>, value);
    expect(attempt).toThrow(expect.objectContaining({ kind: 'unsupported', message }));
  });
});

describe('what makes no sense is a protocol error, and never a wrong value', () => {
  it.each([
    ['a message that ends', codecs.int64, '00000000', 'message ends 4 bytes too early'],
    ['a string longer than its message', codecs.text, '00000009 61620000', 'message ends 8 bytes too early'],
    ['a string over the limit', codecs.text, '00400001', 'length 4194305 is beyond the limit of 4194304'],
    [
      'a list over the limit',
      codecs.list(codecs.int32, 20),
      '00000015',
      'length 21 is beyond the limit of 20',
    ],
    ['neither present nor absent', codecs.optional(codecs.int32), '00000002', '2 where 0 or 1 must be'],
    ['no such type', parameters(1), '00000001 00000000 00000008', 'no parameter type has the number 8'],
    ['type 0', parameters(1), '00000001 00000000 00000000', 'no parameter type has the number 0'],
  ] as const)('%s', (_, codec, hex, message) => {
    const reader = new XdrReader(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
    expect(() => codec.read(reader)).toThrow(expect.objectContaining({ kind: 'protocol', message }));
  });

  it('a parameter called __proto__ is a parameter like others', () => {
    const hex = '00000001 00000009 5f5f70726f746f5f5f000000 00000001 00000007';
    const read = parameters(1).read(new XdrReader(Buffer.from(hex.replaceAll(' ', ''), 'hex')));
    expect(Object.entries(read)).toEqual([['__proto__', { type: 'int', value: 7 }]]);
  });
});

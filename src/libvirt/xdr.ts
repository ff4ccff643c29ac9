import { isUtf8 } from 'node:buffer';
import { LibvirtError } from './error.ts';

/** Longest string either side may send, in bytes (`REMOTE_STRING_MAX`). */
export const stringMax = 4_194_304;

/** Characters of a text of an error that are kept. */
const messageMax = 4096;

/** Reads XDR (RFC 4506) from a message. Every method throws LibvirtError `protocol` when the bytes do not allow it. */
export class XdrReader {
  readonly #bytes: Buffer;
  #at: number;

  constructor(bytes: Buffer, start = 0) {
    this.#bytes = bytes;
    this.#at = start;
  }

  /** Bytes not read yet. */
  get left(): number {
    return this.#bytes.length - this.#at;
  }

  int32(): number {
    return this.#bytes.readInt32BE(this.#take(4));
  }

  uint32(): number {
    return this.#bytes.readUInt32BE(this.#take(4));
  }

  int64(): bigint {
    return this.#bytes.readBigInt64BE(this.#take(8));
  }

  uint64(): bigint {
    return this.#bytes.readBigUInt64BE(this.#take(8));
  }

  double(): number {
    return this.#bytes.readDoubleBE(this.#take(8));
  }

  /** A fixed number of bytes; a view, not a copy. */
  opaque(length: number): Buffer {
    const start = this.#take(length + padding(length));
    return this.#bytes.subarray(start, start + length);
  }

  /** Exactly what was sent: what another string would be made of is refused. */
  string(max = stringMax): string {
    const bytes = this.opaque(this.count(max));
    const value = bytes.toString('utf8');
    if (value.includes('\ufffd') && !isUtf8(bytes)) {
      throw new LibvirtError('protocol', 'a string is not UTF-8');
    }
    if (value.includes('\0')) throw new LibvirtError('protocol', 'a string has a NUL character in it');
    return value;
  }

  /** For people to read: what is not UTF-8 is replaced, and of a long one there is the beginning. */
  message(max = stringMax): string {
    const text = this.opaque(this.count(max)).toString('utf8', 0, 4 * messageMax);
    return text.length > messageMax ? `${text.slice(0, messageMax)}…` : text;
  }

  /** The length of what follows. */
  count(max: number): number {
    const length = this.uint32();
    if (length > max) throw new LibvirtError('protocol', `length ${length} is beyond the limit of ${max}`);
    return length;
  }

  #take(length: number): number {
    const start = this.#at;
    if (length > this.#bytes.length - start) {
      throw new LibvirtError('protocol', `message ends ${length - this.left} bytes too early`);
    }
    this.#at = start + length;
    return start;
  }
}

/** Writes XDR. Methods throw LibvirtError `unsupported` for a value that the wire cannot carry. */
export class XdrWriter {
  #bytes = Buffer.allocUnsafe(256);
  #length = 0;

  /** What has been written; a view that the next write may change. */
  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  int32(value: number): void {
    requireInteger(value, -0x8000_0000, 0x7fff_ffff);
    const at = this.#grow(4);
    this.#bytes.writeInt32BE(value, at);
  }

  uint32(value: number): void {
    requireInteger(value, 0, 0xffff_ffff);
    const at = this.#grow(4);
    this.#bytes.writeUInt32BE(value, at);
  }

  int64(value: bigint): void {
    if (BigInt.asIntN(64, value) !== value) throw unsendable(`${value} is not a signed 64-bit number`);
    const at = this.#grow(8);
    this.#bytes.writeBigInt64BE(value, at);
  }

  uint64(value: bigint): void {
    if (BigInt.asUintN(64, value) !== value) throw unsendable(`${value} is not an unsigned 64-bit number`);
    const at = this.#grow(8);
    this.#bytes.writeBigUInt64BE(value, at);
  }

  double(value: number): void {
    const at = this.#grow(8);
    this.#bytes.writeDoubleBE(value, at);
  }

  opaque(value: Uint8Array): void {
    const pad = padding(value.length);
    const start = this.#grow(value.length + pad);
    this.#bytes.set(value, start);
    this.#bytes.fill(0, start + value.length, start + value.length + pad);
  }

  string(value: string, max = stringMax): void {
    // The other side reads C strings: what follows a NUL would be cut off, and another domain be meant.
    if (value.includes('\0')) throw unsendable('a string with a NUL character cannot be sent');
    const bytes = Buffer.from(value, 'utf8');
    this.count(bytes.length, max);
    this.opaque(bytes);
  }

  count(length: number, max: number): void {
    if (length > max) throw unsendable(`length ${length} is beyond the limit of ${max}`);
    this.uint32(length);
  }

  #grow(by: number): number {
    const start = this.#length;
    const needed = start + by;
    if (needed > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(needed, 2 * this.#bytes.length));
      this.#bytes.copy(larger, 0, 0, start);
      this.#bytes = larger;
    }
    this.#length = needed;
    return start;
  }
}

/** XDR fills everything up to a multiple of four. */
function padding(length: number): number {
  return (4 - (length % 4)) % 4;
}

function requireInteger(value: number, min: number, max: number): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  throw unsendable(`${value} is not an integer from ${min} to ${max}`);
}

function unsendable(message: string): LibvirtError {
  return new LibvirtError('unsupported', message);
}

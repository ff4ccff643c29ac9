import { LibvirtError } from './error.ts';

/** Largest frame, its length word included (`VIR_NET_MESSAGE_MAX` + `VIR_NET_MESSAGE_LEN_MAX`). */
export const frameMax = 33_554_432 + 4;
const lengthSize = 4;
/** Length word and header. */
export const headerSize = 28;

/** `virNetMessageType`, the three that this client meets. */
export const messageType = { call: 0, reply: 1, event: 2 } as const;
/** `virNetMessageStatus`. */
export const messageStatus = { ok: 0, error: 1 } as const;
/** Programs: libvirt itself, and its keepalive. Both are version 1. */
export const program = { remote: 0x2000_8086, keepalive: 0x6b65_6570 } as const;

/** `virNetMessageHeader`. @see libvirt src/rpc/virnetprotocol.x */
export interface FrameHeader {
  readonly program: number;
  readonly version: number;
  readonly procedure: number;
  readonly type: number;
  /** Of the call that is answered; 0 in events. */
  readonly serial: number;
  readonly status: number;
}

export interface Frame extends FrameHeader {
  readonly payload: Buffer;
}

/** A whole frame. @throws LibvirtError `unsupported` when it would be too large. */
export function encodeFrame(header: FrameHeader, payload: Uint8Array): Buffer {
  const length = headerSize + payload.length;
  if (length > frameMax)
    throw new LibvirtError('unsupported', `a message of ${length} bytes is too large to send`);
  const frame = Buffer.allocUnsafe(length);
  frame.writeUInt32BE(length, 0);
  frame.writeUInt32BE(header.program, 4);
  frame.writeUInt32BE(header.version, 8);
  frame.writeInt32BE(header.procedure, 12);
  frame.writeUInt32BE(header.type, 16);
  frame.writeUInt32BE(header.serial, 20);
  frame.writeUInt32BE(header.status, 24);
  frame.set(payload, headerSize);
  return frame;
}

/** Cuts a stream of bytes into frames. What has come of one that is not complete is held once, however it came. */
export class FrameParser {
  /** The beginning of a frame, with room for more. */
  #held: Buffer = Buffer.alloc(0);
  #size = 0;

  /**
   * Takes bytes as they come; gives the frames that are now complete. Payloads are views of the input where it has the
   * whole frame.
   * @throws LibvirtError `protocol` for a length that cannot be; the parser is of no use afterwards.
   */
  *push(chunk: Buffer): Generator<Frame> {
    let rest = chunk;
    while (this.#size > 0) {
      const wanted = Math.min(this.#missing(), rest.length);
      if (wanted === 0) return;
      this.#hold(rest.subarray(0, wanted));
      rest = rest.subarray(wanted);
      if (this.#missing() === 0) yield decodeFrame(this.#takeHeld());
    }
    while (rest.length >= lengthSize) {
      const length = lengthOf(rest);
      if (rest.length < length) break;
      yield decodeFrame(rest.subarray(0, length));
      rest = rest.subarray(length);
    }
    if (rest.length > 0) this.#hold(rest);
  }

  /** Bytes until the end of the frame that is held, or of its length word. */
  #missing(): number {
    const end = this.#size < lengthSize ? lengthSize : lengthOf(this.#held);
    return end - this.#size;
  }

  /** Room doubles, so that a frame of many pieces is copied twice at most, and never has more than twice what came. */
  #hold(bytes: Buffer): void {
    const size = this.#size + bytes.length;
    if (size > this.#held.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(size, 2 * this.#held.length));
      this.#held.copy(larger, 0, 0, this.#size);
      this.#held = larger;
    }
    bytes.copy(this.#held, this.#size);
    this.#size = size;
  }

  #takeHeld(): Buffer {
    const frame = this.#held.subarray(0, this.#size);
    this.#held = Buffer.alloc(0);
    this.#size = 0;
    return frame;
  }
}

/** @throws LibvirtError `protocol` */
function lengthOf(bytes: Buffer): number {
  const length = bytes.readUInt32BE(0);
  if (length >= headerSize && length <= frameMax) return length;
  throw new LibvirtError('protocol', `a message cannot be ${length} bytes long`);
}

function decodeFrame(bytes: Buffer): Frame {
  return {
    program: bytes.readUInt32BE(4),
    version: bytes.readUInt32BE(8),
    procedure: bytes.readInt32BE(12),
    type: bytes.readUInt32BE(16),
    serial: bytes.readUInt32BE(20),
    status: bytes.readUInt32BE(24),
    payload: bytes.subarray(headerSize),
  };
}

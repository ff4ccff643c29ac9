import { LibvirtError } from './error.ts';

/** Largest frame, its length word included (`VIR_NET_MESSAGE_MAX` + `VIR_NET_MESSAGE_LEN_MAX`). */
export const frameMax = 33_554_432 + 4;
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

/** Cuts a stream of bytes into frames. */
export class FrameParser {
  #chunks: Buffer[] = [];
  #size = 0;

  /**
   * Takes bytes as they come; gives the frames that are now complete. Payloads are views of the input.
   * @throws LibvirtError `protocol` for a length that cannot be; the parser is of no use afterwards.
   */
  *push(chunk: Buffer): Generator<Frame> {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    for (;;) {
      const length = this.#nextLength();
      if (length === undefined || this.#size < length) return;
      yield decodeFrame(this.#takeBytes(length));
    }
  }

  #nextLength(): number | undefined {
    if (this.#size < 4) return undefined;
    if ((this.#chunks[0]?.length ?? 0) < 4) this.#chunks = [Buffer.concat(this.#chunks)];
    const length = this.#chunks[0]?.readUInt32BE(0) ?? 0;
    if (length >= headerSize && length <= frameMax) return length;
    throw new LibvirtError('protocol', `a message cannot be ${length} bytes long`);
  }

  #takeBytes(length: number): Buffer {
    const [first] = this.#chunks;
    const all = first !== undefined && this.#chunks.length === 1 ? first : Buffer.concat(this.#chunks);
    const rest = all.subarray(length);
    this.#chunks = rest.length > 0 ? [rest] : [];
    this.#size = rest.length;
    return all.subarray(0, length);
  }
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

/** One message between the host and the agent in the guest. */
export interface Frame {
  /** The channel it belongs to; 0 is the session itself. */
  readonly id: number;
  readonly type: string;
  readonly payload: Buffer;
}

/** The longest payload that the host sends, in bytes. The agent may send as much at a time. */
export const maxPayload = 65536;

/** A message on the wire: `ID TYPE LENGTH\n` and LENGTH bytes. */
export function frame(id: number, type: string, payload: Buffer = Buffer.alloc(0)): Buffer {
  return Buffer.concat([Buffer.from(`${id} ${type} ${payload.length}\n`), payload]);
}

/** Data of any length as messages. */
export function frames(id: number, type: string, data: Buffer): Buffer[] {
  const parts = Math.ceil(data.length / maxPayload);
  return Array.from({ length: parts }, (_, n) =>
    frame(id, type, data.subarray(n * maxPayload, (n + 1) * maxPayload)),
  );
}

/** Cuts a stream of bytes into messages. */
export class FrameReader {
  #rest = Buffer.alloc(0);

  /** Takes bytes as they come; gives the messages that are complete with them. */
  push(chunk: Buffer): Frame[] {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    const found: Frame[] = [];
    for (let next = this.#next(); next; next = this.#next()) found.push(next);
    return found;
  }

  #next(): Frame | undefined {
    const newline = this.#rest.indexOf(0x0a);
    if (newline < 0) return undefined;
    const [id, type, length] = this.#rest.subarray(0, newline).toString().split(' ');
    const begin = newline + 1;
    const end = begin + Number(length);
    if (this.#rest.length < end) return undefined;
    const payload = this.#rest.subarray(begin, end);
    this.#rest = this.#rest.subarray(end);
    return { id: Number(id), type: type ?? '', payload };
  }
}

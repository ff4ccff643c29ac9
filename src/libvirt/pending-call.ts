import { LibvirtError } from './error.ts';
import { readVirError } from './error-codec.ts';
import type { Procedure } from './procedures/procedure.ts';
import { XdrReader } from './xdr.ts';

/** A call from asking to settling, wherever it is meanwhile. Settles once; later answers are ignored. */
export class PendingCall {
  readonly procedure: Procedure<never, unknown>;
  readonly payload: Buffer;
  readonly answer: Promise<unknown>;
  #resolve: (value: unknown) => void = () => {};
  #reject: (error: LibvirtError) => void = () => {};
  #timer: NodeJS.Timeout | undefined;
  #settled = false;

  constructor(procedure: Procedure<never, unknown>, payload: Buffer) {
    this.procedure = procedure;
    this.payload = payload;
    this.answer = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  get settled(): boolean {
    return this.#settled;
  }

  /** Rejects with `timeout` after so long; 0 never. `why` is asked when it happens. */
  expireAfter(timeoutMs: number, why: () => string): void {
    if (!isTimeout(timeoutMs)) return;
    this.#timer = setTimeout(() => {
      this.reject(
        new LibvirtError('timeout', `${this.procedure.name}: no answer in ${timeoutMs} ms${why()}`),
      );
    }, timeoutMs);
  }

  /** Settles with a good answer. @throws LibvirtError `protocol` after having rejected with it. */
  receive(payload: Buffer): void {
    const value = this.#read(payload, this.procedure.result.read);
    this.#settle(() => this.#resolve(value));
  }

  /** Settles with libvirt's error. @throws LibvirtError `protocol` after having rejected with it. */
  receiveError(payload: Buffer): void {
    this.reject(this.#read(payload, readVirError));
  }

  reject(error: LibvirtError): void {
    this.#settle(() => this.#reject(error));
  }

  #read<Value>(payload: Buffer, read: (from: XdrReader) => Value): Value {
    try {
      const reader = new XdrReader(payload);
      const value = read(reader);
      if (reader.left === 0) return value;
      throw new LibvirtError('protocol', `${reader.left} bytes too many`);
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      const error = new LibvirtError('protocol', `answer to ${this.procedure.name} cannot be read: ${why}`, {
        cause,
      });
      this.reject(error);
      throw error;
    }
  }

  #settle(how: () => void): void {
    if (this.#settled) return;
    this.#settled = true;
    clearTimeout(this.#timer);
    how();
  }
}

/** Whether it is a time to wait for, not for ever; what setTimeout cannot count (24 days) is for ever. */
export function isTimeout(ms: number): boolean {
  return ms > 0 && ms <= 0x7fff_ffff;
}

import { waitingBytesMax, waitingCallsMax } from './bounds.ts';
import { LibvirtError } from './error.ts';
import type { PendingCall } from './pending-call.ts';

/** Calls that wait for a place, first come, first served. One that has settled meanwhile waits no more. */
export class CallQueue {
  #calls: PendingCall[] = [];
  #bytes = 0;

  /** @throws LibvirtError `unsupported` when too many wait already */
  push(call: PendingCall): void {
    if (this.#isFull(call)) this.#forgetSettled();
    if (this.#isFull(call)) {
      const message = `${call.procedure.name}: ${this.#calls.length} earlier calls still wait to be sent`;
      throw new LibvirtError('unsupported', message);
    }
    this.#calls.push(call);
    this.#bytes += call.payload.length;
  }

  /** The next that still waits for an answer. */
  shift(): PendingCall | undefined {
    for (;;) {
      const call = this.#calls.shift();
      if (call === undefined) return undefined;
      this.#bytes -= call.payload.length;
      if (!call.settled) return call;
    }
  }

  includes(call: PendingCall): boolean {
    return this.#calls.includes(call);
  }

  takeAll(): readonly PendingCall[] {
    const calls = this.#calls;
    this.#calls = [];
    this.#bytes = 0;
    return calls;
  }

  #isFull({ payload }: PendingCall): boolean {
    return this.#calls.length >= waitingCallsMax || this.#bytes + payload.length > waitingBytesMax;
  }

  #forgetSettled(): void {
    this.#calls = this.#calls.filter(call => !call.settled);
    this.#bytes = this.#calls.reduce((sum, { payload }) => sum + payload.length, 0);
  }
}

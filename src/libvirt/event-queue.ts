import { queuedEventBytesMax } from './bounds.ts';
import type { LibvirtError } from './error.ts';
import type { EventStream } from './events.ts';

interface Reader<Event> {
  readonly resolve: (result: IteratorResult<Event>) => void;
  readonly reject: (error: LibvirtError) => void;
}

interface Waiting<Event> {
  readonly event: Event;
  readonly bytes: number;
}

const done = { done: true, value: undefined } as const;

/** Events between the connection, which pushes, and one loop, which reads. Bounded: the oldest go. */
export class EventQueue<Event> implements EventStream<Event> {
  readonly #limit: number;
  readonly #onReturn: () => Promise<void>;
  #events: Waiting<Event>[] = [];
  #bytes = 0;
  #readers: Reader<Event>[] = [];
  #dropped = 0;
  #isOver = false;
  #error: LibvirtError | undefined;

  constructor(limit: number, onReturn: () => Promise<void>) {
    this.#limit = limit;
    this.#onReturn = onReturn;
  }

  get dropped(): number {
    return this.#dropped;
  }

  /** @param bytes of the message that it came in */
  push(event: Event, bytes: number): void {
    if (this.#isOver) return;
    const reader = this.#readers.shift();
    if (reader !== undefined) {
      reader.resolve({ done: false, value: event });
      return;
    }
    this.#events.push({ event, bytes });
    this.#bytes += bytes;
    while (this.#events.length > this.#limit || this.#bytes > queuedEventBytesMax) {
      this.#shift();
      this.#dropped += 1;
    }
  }

  /** No more events will come. Those that wait are still given, then the error, if any, once. */
  end(error?: LibvirtError): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#error = error;
    const readers = this.#readers;
    this.#readers = [];
    for (const reader of readers) this.#finish(reader);
  }

  next(): Promise<IteratorResult<Event>> {
    return new Promise((resolve, reject) => {
      const reader = { resolve, reject };
      const waiting = this.#shift();
      if (waiting !== undefined) resolve({ done: false, value: waiting.event });
      else if (this.#isOver) this.#finish(reader);
      else this.#readers.push(reader);
    });
  }

  async return(): Promise<IteratorResult<Event>> {
    this.#events = [];
    this.#bytes = 0;
    if (!this.#isOver) {
      this.end();
      await this.#onReturn();
    }
    return done;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #shift(): Waiting<Event> | undefined {
    const waiting = this.#events.shift();
    this.#bytes -= waiting?.bytes ?? 0;
    return waiting;
  }

  #finish(reader: Reader<Event>): void {
    const error = this.#error;
    this.#error = undefined;
    if (error === undefined) reader.resolve(done);
    else reader.reject(error);
  }
}

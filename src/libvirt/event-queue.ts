import type { LibvirtError } from './error.ts';
import type { EventStream } from './events.ts';

interface Reader<Event> {
  readonly resolve: (result: IteratorResult<Event>) => void;
  readonly reject: (error: LibvirtError) => void;
}

const done = { done: true, value: undefined } as const;

/** Events between the connection, which pushes, and one loop, which reads. Bounded: the oldest go. */
export class EventQueue<Event> implements EventStream<Event> {
  readonly #limit: number;
  readonly #onReturn: () => Promise<void>;
  #events: Event[] = [];
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

  push(event: Event): void {
    if (this.#isOver) return;
    const reader = this.#readers.shift();
    if (reader !== undefined) {
      reader.resolve({ done: false, value: event });
      return;
    }
    this.#events.push(event);
    if (this.#events.length <= this.#limit) return;
    this.#events.shift();
    this.#dropped += 1;
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
      const [event] = this.#events;
      if (event !== undefined) {
        this.#events.shift();
        resolve({ done: false, value: event });
      } else if (this.#isOver) this.#finish(reader);
      else this.#readers.push(reader);
    });
  }

  async return(): Promise<IteratorResult<Event>> {
    this.#events = [];
    if (!this.#isOver) {
      this.end();
      await this.#onReturn();
    }
    return done;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #finish(reader: Reader<Event>): void {
    const error = this.#error;
    this.#error = undefined;
    if (error === undefined) reader.resolve(done);
    else reader.reject(error);
  }
}

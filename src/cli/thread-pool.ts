import { Worker } from 'node:worker_threads';
import { QuotaError } from '../errors.ts';

/** Threads that answer questions, each its own one after the other. */
export interface ThreadPool<Q, A> {
  /**
   * Asks the thread that has least to do.
   *
   * @param given memory in the question that is the thread's from now on
   * @throws QuotaError `internal` when that thread ends, as its last error says
   */
  ask(question: Q, given?: readonly ArrayBuffer[]): Promise<A>;
  /** Ends them all, whatever they are doing. */
  close(): Promise<void>;
}

/** What the threads of a pool run, and what they are told when they begin. */
export interface ThreadTask {
  /** A module that answers each message with one, in their order. */
  readonly script: URL;
  readonly data: unknown;
}

/**
 * Each thread has a heap of its own. With little room for what lives shortly it is nearly as fast, and what was forgotten is
 * looked for the sooner the less there may be.
 */
const resourceLimits = { maxYoungGenerationSizeMb: 6, maxOldGenerationSizeMb: 512 } as const;

/** Starts threads. */
export function threadPool<Q, A>(task: ThreadTask, count: number): ThreadPool<Q, A> {
  const threads = Array.from({ length: count }, () => new Thread<Q, A>(task));
  return {
    ask: (question, given = []) => {
      const least = threads.reduce((one, other) => (other.waiting < one.waiting ? other : one));
      return least.ask(question, given);
    },
    close: async () => {
      await Promise.all(threads.map(thread => thread.close()));
    },
  };
}

/** Somebody who waits for an answer. */
interface Waiting<A> {
  resolve(answer: A): void;
  reject(error: QuotaError): void;
}

class Thread<Q, A> {
  readonly #worker: Worker;
  readonly #waiting: Waiting<A>[] = [];
  #end: QuotaError | undefined;

  constructor({ script, data }: ThreadTask) {
    this.#worker = new Worker(script, { workerData: data, resourceLimits });
    this.#worker.on('message', (answer: A) => this.#waiting.shift()?.resolve(answer));
    this.#worker.on('messageerror', error => this.#fail(error.message, error));
    this.#worker.on('error', error => this.#fail(error.message, error));
    this.#worker.on('exit', code => this.#fail(`exit code ${code}`));
  }

  /** How many questions it has not answered. */
  get waiting(): number {
    return this.#waiting.length;
  }

  ask(question: Q, given: readonly ArrayBuffer[]): Promise<A> {
    return new Promise((resolve, reject) => {
      if (this.#end !== undefined) return reject(this.#end);
      this.#waiting.push({ resolve, reject });
      this.#worker.postMessage(question, given);
    });
  }

  async close(): Promise<void> {
    this.#fail('it was told to');
    await this.#worker.terminate();
  }

  /** Nobody will be answered any more; the first reason is the one that counts. */
  #fail(why: string, cause?: unknown): void {
    this.#end ??= new QuotaError('internal', 'thread', `a thread of virt-quota has ended: ${why}`, { cause });
    for (const one of this.#waiting.splice(0)) one.reject(this.#end);
  }
}

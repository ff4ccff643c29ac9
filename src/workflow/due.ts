/** What ended a wait. */
export type Woken = 'due' | 'time' | 'ended' | 'aborted';

/** Things that wait to be done, each once however often it was asked for, and why. */
export class Due {
  #waiting = new Map<string, string[]>();
  #hasEnded = false;
  #wake: (woken: Woken) => void = () => {};

  add(key: string, why: string): void {
    const reasons = this.#waiting.get(key) ?? [];
    this.#waiting.set(key, reasons.includes(why) ? reasons : [...reasons, why]);
    this.#wake('due');
  }

  /** Nothing more will be added. */
  end(): void {
    this.#hasEnded = true;
    this.#wake('ended');
  }

  /** All that waits, by key; nothing waits then. */
  take(): ReadonlyMap<string, readonly string[]> {
    const taken = this.#waiting;
    this.#waiting = new Map();
    return taken;
  }

  /** Waits until something is due, the time has passed, nothing more will come, or the signal has. */
  async wait(milliseconds: number, signal?: AbortSignal): Promise<Woken> {
    if (signal?.aborted) return 'aborted';
    if (this.#waiting.size > 0) return 'due';
    if (this.#hasEnded) return 'ended';
    const abort = () => this.#wake('aborted');
    let timer: ReturnType<typeof setTimeout> | undefined;
    try {
      return await new Promise(resolve => {
        this.#wake = resolve;
        timer = setTimeout(() => resolve('time'), Math.max(0, milliseconds));
        signal?.addEventListener('abort', abort, { once: true });
      });
    } finally {
      this.#wake = () => {};
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    }
  }
}

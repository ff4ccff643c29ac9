import type { Readable, Writable } from 'node:stream';

/** Two streams to a libvirt daemon, whatever carries them. */
export interface Link {
  readonly input: Readable;
  readonly output: Writable;
  /** Ends it at once, and with it every process and handle that belongs to it. */
  destroy(): void;
  /** Why it has ended, as far as more is known than that: exit status and last lines of ssh. Empty when nothing is. */
  explain(): Promise<string>;
}

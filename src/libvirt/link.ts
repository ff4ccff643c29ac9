import type { Readable, Writable } from 'node:stream';

/** Two streams to a libvirt daemon, whatever carries them. */
export interface Link {
  readonly input: Readable;
  readonly output: Writable;
  /** Ends it at once, and with it every process and handle that belongs to it. */
  destroy(): void;
  /** What else is known of why it ended: the last lines of ssh. Empty when nothing is. */
  explain(): string;
}

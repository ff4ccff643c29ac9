import type { ConnectCalls } from './connect-calls.ts';
import type { DomainCalls } from './domain-calls.ts';
import type { LibvirtError } from './error.ts';
import type { Events } from './events.ts';
import type { TuningCalls } from './tuning-calls.ts';

export interface ConnectOptions {
  /** Refuses everything that writes; uses the `-ro` socket. Default false. */
  readonly readOnly?: boolean;
  /** How long one call may take, its time in our queue included. Default 30 000; 0 waits for ever. */
  readonly callTimeoutMs?: number;
  /** How long connecting may take in all, log-in and open included. Default 10 000; 0 waits for ever. */
  readonly connectTimeoutMs?: number;
  /** Pings while the line is silent; after `count` unanswered the connection is lost. Default every 5 s, 5 times. */
  readonly keepalive?: { readonly intervalMs: number; readonly count: number } | false;
  /** Ends connecting, or later the connection. */
  readonly signal?: AbortSignal;
}

/** An open connection to one libvirt. Up to 4 calls are under way at once, others wait their turn. */
export interface Connection extends ConnectCalls, DomainCalls, TuningCalls {
  readonly events: Events;
  /** Settles when the connection has ended: with nothing after `close()`, else with the reason. Never rejects. */
  readonly closed: Promise<LibvirtError | undefined>;
  /** Says goodbye, then closes; calls under way are rejected with `closed`. Never rejects; may be called again. */
  close(): Promise<void>;
  /** Closes at once. */
  abort(): void;
}

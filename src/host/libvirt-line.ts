import { setTimeout as sleep } from 'node:timers/promises';
import { type Connection, connect, LibvirtError } from '../libvirt/index.ts';

/** How to keep a line to libvirt. */
export interface LineOptions {
  readonly readOnly: boolean;
  readonly callTimeoutMs?: number;
  readonly signal?: AbortSignal;
  /**
   * How long a lost connection is tried again before the next call gives up, in ms; 0: not at all. A libvirtd that is
   * restarted needs some seconds, and what was begun wants to be put back.
   */
  readonly reconnectMs: number;
}

/** A connection that is made anew when it was lost. */
export interface Line {
  /**
   * Makes a call on a connection that stands. A call that was under way when it broke fails, and is not repeated:
   * nobody knows whether it was done.
   * @throws LibvirtError
   */
  use<T>(call: (connection: Connection) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

const firstPauseMs = 100;
const longestPauseMs = 2000;

/** Connects, and stays connected. @throws LibvirtError when the first connection cannot be made */
export async function openLine(uri: string, options: LineOptions): Promise<Line> {
  let connection = await connect(uri, options);
  let lost = false;
  let closed = false;
  let reopening: Promise<void> | undefined;
  const watch = (one: Connection) => {
    void one.closed.then(() => {
      if (one === connection) lost = true;
    });
  };
  watch(connection);
  const reopen = async () => {
    connection = await connectAgain(uri, options);
    lost = false;
    watch(connection);
  };
  return {
    async use(call) {
      if (lost && !closed && options.reconnectMs > 0) {
        reopening ??= reopen().finally(() => {
          reopening = undefined;
        });
        await reopening;
      }
      try {
        return await call(connection);
      } catch (error) {
        if (error instanceof LibvirtError && error.kind === 'closed') lost = true;
        throw error;
      }
    },
    async close() {
      closed = true;
      await connection.close();
    },
  };
}

async function connectAgain(uri: string, options: LineOptions): Promise<Connection> {
  const deadline = performance.now() + options.reconnectMs;
  for (let pause = firstPauseMs; ; pause = Math.min(pause * 2, longestPauseMs)) {
    try {
      return await connect(uri, options);
    } catch (error) {
      if (options.signal?.aborted || performance.now() + pause > deadline) throw error;
      await sleep(pause);
    }
  }
}

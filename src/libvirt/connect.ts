import { homedir } from 'node:os';
import { connectCalls } from './connect-calls.ts';
import type { Connection, ConnectOptions } from './connection.ts';
import { domainCalls } from './domain-calls.ts';
import { type Situation, targetOf } from './endpoint.ts';
import { LibvirtError, type LibvirtErrorKind } from './error.ts';
import { eventHub } from './event-hub.ts';
import { logIn } from './login.ts';
import { openLink } from './open-link.ts';
import { isTimeout } from './pending-call.ts';
import { connectProcedures } from './procedures/connect.ts';
import { Rpc } from './rpc.ts';
import { tuningCalls } from './tuning-calls.ts';
import { parseUri } from './uri.ts';

const defaults = {
  callTimeoutMs: 30_000,
  connectTimeoutMs: 10_000,
  keepalive: { intervalMs: 5_000, count: 5 },
} as const;
const aborted = 'aborted';
/** How long a goodbye may take. */
const goodbyeMs = 2_000;

/**
 * Opens a connection to what a URI names, as `virsh -c` would.
 *
 * ```ts
 * const connection = await connect('qemu+ssh://root@host/system', { readOnly: true });
 * for (const domain of await connection.listDomains(['active'])) {
 *   console.log(domain.name, toNumbers(await connection.getBlockIoTune(domain, 'vda', { live: true })));
 * }
 * await connection.close();
 * ```
 *
 * @throws LibvirtError `unreachable`, `unsupported`, `timeout`, `protocol`, `closed` when the signal came, or `libvirt`
 *   when the server refuses.
 */
export async function connect(uri: string, options: ConnectOptions = {}): Promise<Connection> {
  const { signal, connectTimeoutMs = defaults.connectTimeoutMs } = options;
  const deadline = new AbortController();
  const giveUp = () => deadline.abort(new LibvirtError('closed', aborted, { cause: signal?.reason }));
  const late = () => deadline.abort(new LibvirtError('timeout', `no connection in ${connectTimeoutMs} ms`));
  const timer = isTimeout(connectTimeoutMs) ? setTimeout(late, connectTimeoutMs) : undefined;
  signal?.addEventListener('abort', giveUp);
  if (signal?.aborted) giveUp();
  try {
    const rpc = await open(uri, options, deadline.signal);
    void rpc.ended.then(() => signal?.removeEventListener('abort', giveUp));
    return connectionOver(rpc);
  } catch (error) {
    signal?.removeEventListener('abort', giveUp);
    throw explained(uri, deadline.signal.aborted ? deadline.signal.reason : error);
  } finally {
    clearTimeout(timer);
  }
}

async function open(uri: string, options: ConnectOptions, signal: AbortSignal): Promise<Rpc> {
  const {
    readOnly = false,
    keepalive = defaults.keepalive,
    callTimeoutMs = defaults.callTimeoutMs,
  } = options;
  const { endpoint, name } = targetOf(parseUri(uri), situation(readOnly));
  const rpc = new Rpc(await openLink(endpoint, signal), callTimeoutMs);
  signal.addEventListener('abort', () => rpc.end(signal.reason));
  try {
    await logIn(rpc, { name, readOnly, keepalive });
  } catch (error) {
    rpc.end();
    throw error;
  }
  return rpc;
}

function situation(readOnly: boolean): Situation {
  const home = homedir();
  const { XDG_RUNTIME_DIR, XDG_CACHE_HOME } = process.env;
  const runtimeFolder = XDG_RUNTIME_DIR || XDG_CACHE_HOME || `${home}/.cache`;
  return { readOnly, uid: process.geteuid?.() ?? 0, home, runtimeFolder };
}

function connectionOver(rpc: Rpc): Connection {
  return {
    ...connectCalls(rpc),
    ...domainCalls(rpc),
    ...tuningCalls(rpc),
    events: eventHub(rpc),
    closed: rpc.ended,
    abort: () => rpc.end(),
    async close() {
      rpc.leave();
      // The server frees what is ours also without a goodbye.
      const options = { timeoutMs: goodbyeMs, urgent: true };
      await rpc.call(connectProcedures.close, undefined, options).catch(() => {});
      rpc.end();
    },
  };
}

/** Says which URI it is about; a line that broke before it was usable was never reached. */
function explained(uri: string, error: unknown): unknown {
  if (!(error instanceof LibvirtError) || error.message.includes(uri)) return error;
  const vir = error.vir === undefined ? {} : { vir: error.vir };
  return new LibvirtError(kindOf(error), `cannot connect to '${uri}': ${error.message}`, {
    cause: error,
    ...vir,
  });
}

function kindOf({ kind, cause, message }: LibvirtError): LibvirtErrorKind {
  if (kind !== 'closed' || message === aborted) return kind;
  return cause instanceof LibvirtError && cause.kind !== 'closed' ? cause.kind : 'unreachable';
}

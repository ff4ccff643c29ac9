import { access } from 'node:fs/promises';
import type net from 'node:net';
import { LibvirtError } from './error.ts';
import type { Link } from './link.ts';

/** A socket is both streams. */
export function socketLink(socket: net.Socket): Link {
  return { input: socket, output: socket, destroy: () => socket.destroy(), explain: async () => '' };
}

/** The first path that exists. */
export async function firstExisting(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) {
    const exists = await access(path).then(
      () => true,
      () => false,
    );
    if (exists) return path;
  }
  return undefined;
}

/**
 * Waits until a socket has said that it is ready; else destroys it.
 * @throws LibvirtError `unreachable`; the signal's own reason when it comes first.
 */
export function whenReady<S extends net.Socket>(socket: S, event: string, signal: AbortSignal): Promise<S> {
  return new Promise((resolve, reject) => {
    const settle = (how: () => void) => {
      socket.off(event, onReady).off('error', onError).off('close', onClose);
      signal.removeEventListener('abort', onAbort);
      how();
    };
    const fail = (error: unknown) => {
      settle(() => reject(error));
      socket.on('error', () => {}).destroy();
    };
    const onReady = () => settle(() => resolve(socket));
    const onError = (cause: Error) => fail(new LibvirtError('unreachable', cause.message, { cause }));
    const onClose = () => fail(new LibvirtError('unreachable', 'the other side has closed the connection'));
    const onAbort = () => fail(signal.reason);
    socket.on(event, onReady).on('error', onError).on('close', onClose);
    signal.addEventListener('abort', onAbort);
    if (signal.aborted) onAbort();
  });
}

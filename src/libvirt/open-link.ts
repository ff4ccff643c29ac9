import net from 'node:net';
import { openCommand } from './command-link.ts';
import type { Endpoint } from './endpoint.ts';
import { LibvirtError } from './error.ts';
import type { Link } from './link.ts';
import { firstExisting, socketLink, whenReady } from './socket-link.ts';

/**
 * Opens what an endpoint says.
 * @throws LibvirtError `unreachable`; the signal's own reason when it comes first.
 */
export async function openLink(endpoint: Endpoint, signal: AbortSignal): Promise<Link> {
  switch (endpoint.transport) {
    case 'unix':
      return openUnix(endpoint.paths, signal);
    case 'tcp':
      return socketLink(await whenReady(net.connect(endpoint.port, endpoint.host), 'connect', signal));
    case 'tls':
      // Most have no use for it, and node needs some 5 ms to load it.
      return (await import('./tls-link.ts')).openTls(endpoint, signal);
    case 'command':
      return openCommand(endpoint.argv, signal);
  }
}

async function openUnix(paths: readonly string[], signal: AbortSignal): Promise<Link> {
  const path = await firstExisting(paths);
  if (path === undefined) {
    throw new LibvirtError('unreachable', `no libvirt daemon listens on ${paths.join(' or ')}`);
  }
  return socketLink(await whenReady(net.connect(path), 'connect', signal));
}

import { readFile } from 'node:fs/promises';
import tls from 'node:tls';
import type { TlsOptions } from './endpoint.ts';
import { LibvirtError } from './error.ts';
import type { Link } from './link.ts';
import { firstExisting, socketLink, whenReady } from './socket-link.ts';

/**
 * TLS with a client certificate. libvirt's server says one byte, 1, when it has accepted ours.
 * @see libvirt src/rpc/virnetclient.c:virNetClientSetTLSSession
 */
export async function openTls(
  { host, port, verify, ...files }: TlsOptions & { readonly host: string; readonly port: number },
  signal: AbortSignal,
): Promise<Link> {
  const credentials = await readCredentials(files);
  const socket = tls.connect({ host, port, ...credentials, rejectUnauthorized: verify });
  await whenReady(socket, 'secureConnect', signal);
  await confirmation(socket, signal);
  return socketLink(socket);
}

async function readCredentials({ caFiles, certificates }: Pick<TlsOptions, 'caFiles' | 'certificates'>) {
  const ca = await firstExisting(caFiles);
  const certFile = await firstExisting(certificates.map(pair => pair.certFile));
  const pair = certificates.find(candidate => candidate.certFile === certFile);
  if (ca === undefined) throw missing('certificate of the authority', caFiles);
  if (pair === undefined) {
    const files = certificates.map(candidate => candidate.certFile);
    throw missing('client certificate', files);
  }
  try {
    return { ca: await readFile(ca), cert: await readFile(pair.certFile), key: await readFile(pair.keyFile) };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new LibvirtError('unreachable', `cannot read TLS files: ${why}`, { cause });
  }
}

function missing(what: string, files: readonly string[]): LibvirtError {
  return new LibvirtError('unreachable', `no ${what}: there is no ${files.join(' and no ')}`);
}

async function confirmation(socket: tls.TLSSocket, signal: AbortSignal): Promise<void> {
  let first: Buffer | undefined;
  const onData = (chunk: Buffer) => {
    first = chunk;
    socket.pause();
    socket.emit('confirmation');
  };
  socket.once('data', onData);
  try {
    await whenReady(socket, 'confirmation', signal);
  } catch (cause) {
    if (!(cause instanceof LibvirtError) || cause.kind !== 'unreachable') throw cause;
    const message = `the server did not accept our certificate: ${cause.message}`;
    throw new LibvirtError('unreachable', message, { cause });
  }
  if (first?.[0] !== 1) {
    socket.destroy();
    throw new LibvirtError('protocol', 'the server did not confirm the TLS session');
  }
  if (first.length > 1) socket.unshift(first.subarray(1));
}

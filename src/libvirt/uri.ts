import { LibvirtError } from './error.ts';

/** How to get to the daemon. */
export type Transport = 'unix' | 'ssh' | 'tls' | 'tcp' | 'ext';

/** A connection URI in its parts: `driver[+transport]://[user@][host][:port]/path[?parameters][#fragment]`. */
export interface LibvirtUri {
  readonly text: string;
  /** `qemu`, `test`, `xen`, …; `remote` lets the server choose. */
  readonly driver: string;
  readonly transport: Transport;
  readonly user?: string;
  /** Without the brackets of IPv6. */
  readonly host?: string;
  readonly port?: number;
  /** As written, escapes included. */
  readonly path: string;
  /** Decoded, in order. */
  readonly parameters: readonly (readonly [name: string, value: string])[];
  /** As written. */
  readonly fragment?: string;
}

/** Drivers that are code in libvirt's client library: no daemon serves them. */
const clientSideDrivers = new Set([
  'esx',
  'gsx',
  'vpx',
  'hyperv',
  'phyp',
  'vmwareplayer',
  'vmwarews',
  'vmwarefusion',
]);

const shape = /^([a-z][a-z0-9.-]*)(?:\+([a-z0-9.-]*))?:(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/is;
const authorityShape = /^(?:([^@]*)@)?(?:\[([0-9a-f:.]+(?:%[^\]]+)?)\]|([^:[\]]*))(?::([0-9]*))?$/i;

/**
 * Reads a connection URI.
 * @throws LibvirtError `unreachable` when it is not one, `unsupported` for a driver or transport that we do not have.
 * @see libvirt src/util/viruri.c:virURIParse, src/remote/remote_sockets.c:remoteSplitURIScheme
 */
export function parseUri(text: string): LibvirtUri {
  const match = shape.exec(text);
  if (match === null) throw bad(text, 'it is not of the form driver[+transport]://[user@][host][:port]/path');
  const [, driver = '', transport, authority = '', path = '', query = '', fragment] = match;
  const where = parseAuthority(text, authority);
  if (clientSideDrivers.has(driver)) {
    throw new LibvirtError('unsupported', `'${driver}:' is driven by libvirt's own library, not by a daemon`);
  }
  return {
    text,
    driver,
    transport: parseTransport(text, transport, where.host),
    ...where,
    path,
    parameters: parseParameters(text, query),
    ...(fragment === undefined ? {} : { fragment }),
  };
}

function parseAuthority(text: string, authority: string): Pick<LibvirtUri, 'user' | 'host' | 'port'> {
  const match = authorityShape.exec(authority);
  if (match === null) throw bad(text.replace(/\/\/[^@/]*@/, '//…@'), 'host and port cannot be read');
  const [, user, ipv6, name = '', port = ''] = match;
  if (user?.includes(':')) throw new LibvirtError('unsupported', 'a password in a URI is not supported');
  const host = decode(text, ipv6 ?? name);
  // ssh and others would take it for an option.
  if (host.startsWith('-')) throw bad(text, `'${host}' is not a host name`);
  if (user?.startsWith('-') || decode(text, user ?? '').startsWith('-'))
    throw bad(text, `'${user}' is not a user name`);
  if (Number(port) > 65_535) throw bad(text, `there is no port ${port}`);
  return {
    ...(user ? { user: decode(text, user) } : {}),
    ...(host === '' ? {} : { host }),
    ...(host === '' || port === '' ? {} : { port: Number(port) }),
  };
}

function parseTransport(text: string, written: string | undefined, host: string | undefined): Transport {
  const transport = written?.toLowerCase();
  switch (transport) {
    case undefined:
      return host === undefined ? 'unix' : 'tls';
    case 'unix':
      if (host !== undefined) throw bad(text, `a unix socket is on this machine, not on '${host}'`);
      return transport;
    case 'ssh':
    case 'tls':
    case 'tcp':
    case 'ext':
      return transport;
    case 'libssh':
    case 'libssh2':
      throw new LibvirtError('unsupported', `the transport '${transport}' is not supported: use 'ssh'`);
    default:
      throw bad(text, `the transport '${written}' is not one of unix, ssh, tls, tcp, ext`);
  }
}

function parseParameters(text: string, query: string): LibvirtUri['parameters'] {
  return query
    .split(/[&;]/)
    .map(section => {
      const [name = '', ...value] = section.split('=');
      return [decode(text, name), decode(text, value.join('='))] as const;
    })
    .filter(([name]) => name !== '');
}

function decode(text: string, part: string): string {
  try {
    // It throws for half of a character, which cannot be escaped again.
    encodeURIComponent(part);
    return decodeURIComponent(part);
  } catch {
    throw bad(text, `'${part}' is not properly escaped`);
  }
}

function bad(text: string, why: string): LibvirtError {
  return new LibvirtError('unreachable', `bad URI '${text}': ${why}`);
}

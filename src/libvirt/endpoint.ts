import { LibvirtError } from './error.ts';
import { sshArgv } from './ssh-command.ts';
import type { LibvirtUri } from './uri.ts';
import { UriOptions } from './uri-options.ts';

/** Where to connect, decided; what may only be known by looking is a list in order of preference. */
export type Endpoint =
  /** The first socket that exists counts. */
  | { readonly transport: 'unix'; readonly paths: readonly string[] }
  | { readonly transport: 'tcp'; readonly host: string; readonly port: number }
  | ({ readonly transport: 'tls'; readonly host: string; readonly port: number } & TlsOptions)
  /** A program whose standard input and output lead there. */
  | { readonly transport: 'command'; readonly argv: readonly [string, ...string[]] };

/** Files of TLS; of each list the first that exists counts. */
export interface TlsOptions {
  readonly caFiles: readonly string[];
  readonly certificates: readonly { readonly certFile: string; readonly keyFile: string }[];
  /** Whether the server's certificate is checked. */
  readonly verify: boolean;
}

/** What a decision needs to know besides the URI. */
export interface Situation {
  readonly readOnly: boolean;
  /** Effective user; 0 uses the system's daemon even for `/session`, as libvirt does. */
  readonly uid: number;
  readonly home: string;
  /** `$XDG_RUNTIME_DIR`, or the user's cache folder. */
  readonly runtimeFolder: string;
}

/** An endpoint, and what the daemon is asked to open there. */
export interface Target {
  readonly endpoint: Endpoint;
  /** Name for CONNECT_OPEN; empty lets the server choose. */
  readonly name: string;
}

const tlsPort = 16_514;
const tcpPort = 16_509;

/**
 * Decides where a URI leads, without looking at anything.
 * @throws LibvirtError `unreachable` for options that make no sense, `unsupported` for those that we do not have.
 * @see libvirt src/remote/remote_driver.c:doRemoteOpen
 */
export function targetOf(uri: LibvirtUri, situation: Situation): Target {
  const options = new UriOptions(uri);
  return {
    endpoint: endpointOf(uri, options, situation),
    name: options.get('name') ?? openName(uri, options),
  };
}

function endpointOf(uri: LibvirtUri, options: UriOptions, situation: Situation): Endpoint {
  if (/^sasl/i.test(options.get('auth') ?? ''))
    throw new LibvirtError('unsupported', 'SASL is not supported');
  const host = uri.host ?? 'localhost';
  switch (uri.transport) {
    case 'unix':
      return { transport: 'unix', paths: socketPaths(uri, options, situation) };
    case 'tcp':
      return { transport: 'tcp', host, port: uri.port ?? tcpPort };
    case 'tls':
      return { transport: 'tls', host, port: uri.port ?? tlsPort, ...tlsOptions(options, situation) };
    case 'ext': {
      const command = options.get('command');
      if (command === undefined) throw options.bad(`the transport 'ext' needs the parameter 'command'`);
      return { transport: 'command', argv: [command] };
    }
    case 'ssh':
      return { transport: 'command', argv: sshArgv(sshRequest(uri, options, situation)) };
  }
}

/** @see libvirt src/remote/remote_sockets.c:remoteGetUNIXSocket */
function socketPaths(uri: LibvirtUri, options: UriOptions, situation: Situation): readonly string[] {
  const socket = options.get('socket');
  if (socket !== undefined) return [socket];
  const session = isSession(uri, situation);
  const folder = session ? `${situation.runtimeFolder}/libvirt` : '/run/libvirt';
  const suffix = situation.readOnly && !session ? '-ro' : '';
  const daemon = uri.driver === 'remote' ? 'libvirt' : `virt${uri.driver}d`;
  const direct = `${folder}/${daemon}-sock${suffix}`;
  const legacy = `${folder}/libvirt-sock${suffix}`;
  const mode = options.oneOf('mode', ['auto', 'legacy', 'direct']);
  if (mode === 'direct') return [direct];
  return mode === 'legacy' ? [legacy] : [direct, legacy];
}

/** @see libvirt src/remote/remote_sockets.c:remoteGetURIDaemonInfo */
function isSession(uri: LibvirtUri, { uid }: Situation): boolean {
  return uid > 0 && (uri.path === '/session' || uri.driver === 'test');
}

/** @see libvirt src/rpc/virnettlscontext.c:virNetTLSContextLocateCredentials */
function tlsOptions(options: UriOptions, { uid, home }: Situation): TlsOptions {
  const verify = !options.isSet('no_verify');
  const given = options.get('pkipath');
  const own = given ?? (uid > 0 ? `${home}/.pki/libvirt` : undefined);
  const caFiles = own === undefined ? [] : [`${own}/cacert.pem`];
  const certificates =
    own === undefined ? [] : [{ certFile: `${own}/clientcert.pem`, keyFile: `${own}/clientkey.pem` }];
  if (given !== undefined) return { verify, caFiles, certificates };
  const system = {
    certFile: '/etc/pki/libvirt/clientcert.pem',
    keyFile: '/etc/pki/libvirt/private/clientkey.pem',
  };
  return {
    verify,
    caFiles: [...caFiles, '/etc/pki/CA/cacert.pem'],
    certificates: [...certificates, system],
  };
}

function sshRequest(
  uri: LibvirtUri,
  options: UriOptions,
  situation: Situation,
): Parameters<typeof sshArgv>[0] {
  const socket = options.get('socket');
  const mode = options.oneOf('mode', ['auto', 'legacy', 'direct']);
  if (mode === 'direct') throw options.bad(`'mode=direct' is for sockets of this machine`);
  const usual = socket === undefined ? (isSession(uri, situation) ? 'native' : 'auto') : 'netcat';
  const netcat = options.get('netcat');
  const proxy = options.oneOf('proxy', ['auto', 'native', 'netcat']) ?? usual;
  if (proxy === 'native' && netcat !== undefined)
    throw options.bad(`'netcat' has no place with 'proxy=native'`);
  const { user, port } = uri;
  const keyFile = options.get('keyfile');
  return {
    program: options.get('command') ?? 'ssh',
    host: uri.host ?? 'localhost',
    ...(port === undefined ? {} : { port }),
    ...(user === undefined ? {} : { user }),
    ...(keyFile === undefined ? {} : { keyFile }),
    ...(netcat === undefined ? {} : { netcat }),
    batch: options.isSet('no_tty'),
    verify: !options.isSet('no_verify'),
    proxy,
    // The other machine may not have /run; what has, has /var/run too.
    socket: socket ?? `/var/run/libvirt/libvirt-sock${situation.readOnly ? '-ro' : ''}`,
    name: options.get('name') ?? openName(uri, options),
    readOnly: situation.readOnly,
  };
}

/** The URI as the daemon shall open it: without the way there. */
function openName(uri: LibvirtUri, options: UriOptions): string {
  if (uri.driver === 'remote') return '';
  const query = options.passedOn;
  const fragment = uri.fragment === undefined ? '' : `#${uri.fragment}`;
  return `${uri.driver}://${uri.path}${query === '' ? '' : `?${query}`}${fragment}`;
}

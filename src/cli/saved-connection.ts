import { QuotaError } from '../errors.ts';
import { parseUri } from '../libvirt/uri.ts';
import { type ConnectOptions, environmentUri } from './connection.ts';
import type { Terminal } from './terminal.ts';

/** What a URI of a file may be made of, and nothing else: this machine's libvirt, by the socket that it always has. */
const drivers = new Set(['qemu', 'test', 'xen', 'lxc', 'ch']);
const paths = new Set(['', '/', '/system', '/session', '/default']);
const modes = new Set(['auto', 'legacy', 'direct']);

/** A file that has a URI of its own: a plan, a journal. */
export interface SavedConnection {
  /** `the plan 'vm1.json'` */
  readonly what: string;
  readonly uri: string;
}

/**
 * Where to connect to for something that was saved. A file chooses neither host nor program: the command line does, then
 * the environment if it says the same. Where nobody says anything, the file's URI counts if it is one of this machine.
 *
 * @throws QuotaError `refused` with what to give
 */
export function connectionOf<Options extends ConnectOptions>(
  { what, uri }: SavedConnection,
  options: Options,
  terminal: Terminal,
): Options & { readonly connect: string } {
  const { connect } = options;
  if (connect !== undefined) {
    if (connect !== uri)
      terminal.say(`${what} is for '${uri}', connecting to '${connect}'`, { always: true });
    return { ...options, connect };
  }
  const chosen = environmentUri();
  if (chosen !== undefined && chosen !== uri) {
    throw new QuotaError(
      'refused',
      uri,
      `${what} is for '${uri}', but the environment says '${chosen}': say which with --connect`,
    );
  }
  if (chosen === undefined && !isOfThisMachine(uri)) {
    throw new QuotaError(
      'refused',
      uri,
      `${what} is for '${uri}', and a file does not choose another host or a program: if it is right, give it with --connect`,
    );
  }
  return { ...options, connect: uri };
}

/** Whether it names this machine's libvirt and nothing that a file could mean ill with. */
export function isOfThisMachine(text: string): boolean {
  try {
    const uri = parseUri(text);
    const { driver, transport, user, host, port, path, parameters, fragment } = uri;
    const isAway = [user, host, port, fragment].some(part => part !== undefined);
    if (isAway || transport !== 'unix' || !drivers.has(driver) || !paths.has(path)) return false;
    return parameters.every(([name, value]) => name === 'mode' && modes.has(value));
  } catch {
    return false;
  }
}

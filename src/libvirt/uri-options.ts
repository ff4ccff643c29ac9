import { LibvirtError } from './error.ts';
import type { LibvirtUri } from './uri.ts';

/** Parameters that are for the client; all others go to the daemon. */
const clientParameters = new Set([
  'name',
  'command',
  'socket',
  'auth',
  'sshauth',
  'netcat',
  'keyfile',
  'pkipath',
  'known_hosts',
  'known_hosts_verify',
  'tls_priority',
  'mode',
  'proxy',
  'no_sanity',
  'no_verify',
  'no_tty',
  'authfile',
]);

/** A URI's parameters, sorted into the client's and the daemon's. Names are case-insensitive; the last one counts. */
export class UriOptions {
  /** The daemon's parameters as a query, escaped again; empty when there is none. */
  readonly passedOn: string;
  readonly #uri: LibvirtUri;
  readonly #own: ReadonlyMap<string, string>;

  constructor(uri: LibvirtUri) {
    const isOwn = ([name]: readonly [string, string]) => clientParameters.has(name.toLowerCase());
    this.#uri = uri;
    this.#own = new Map(uri.parameters.filter(isOwn).map(([name, value]) => [name.toLowerCase(), value]));
    this.passedOn = uri.parameters
      .filter(parameter => !isOwn(parameter))
      .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
      .join('&');
  }

  get(name: string): string | undefined {
    return this.#own.get(name);
  }

  /** A switch: an integer, 0 is off. Absent is off. @throws LibvirtError `unreachable` */
  isSet(name: string): boolean {
    const value = this.get(name);
    if (value === undefined) return false;
    if (!/^[+-]?\d+$/.test(value)) throw this.bad(`'${name}' takes 0 or 1, not '${value}'`);
    return Number(value) !== 0;
  }

  /** @throws LibvirtError `unreachable` */
  oneOf<Value extends string>(name: string, allowed: readonly Value[]): Value | undefined {
    const value = this.get(name);
    const found = allowed.find(candidate => candidate === value);
    if (value !== undefined && found === undefined) {
      throw this.bad(`'${name}' is one of ${allowed.join(', ')}, not '${value}'`);
    }
    return found;
  }

  bad(why: string): LibvirtError {
    return new LibvirtError('unreachable', `bad URI '${this.#uri.text}': ${why}`);
  }
}

import { type Codec, int32, struct, text } from './codec.ts';
import type { Domain, DomainStateName } from './domain.ts';
import { LibvirtError } from './error.ts';

const uuidSize = 16;

/** A UUID: 16 bytes on the wire, lower case with dashes here; without dashes is taken too. */
export const uuid: Codec<string> = {
  read(from) {
    const hex = from.opaque(uuidSize).toString('hex');
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  },
  write(to, value) {
    const hex = value.replaceAll('-', '');
    if (!/^[0-9a-f]{32}$/i.test(hex)) throw new LibvirtError('unsupported', `'${value}' is not a UUID`);
    to.opaque(Buffer.from(hex, 'hex'));
  },
};

const wireDomain = struct({ name: text, uuid, id: int32 });

/** `remote_nonnull_domain`; a domain that is not running has the id -1 there. */
export const domain: Codec<Domain> = {
  read(from) {
    const { id, ...named } = wireDomain.read(from);
    return id === -1 ? named : { ...named, id };
  },
  write(to, value) {
    wireDomain.write(to, { name: value.name, uuid: value.uuid, id: value.id ?? -1 });
  },
};

const stateNames: readonly DomainStateName[] = [
  'nostate',
  'running',
  'blocked',
  'paused',
  'shutdown',
  'shutoff',
  'crashed',
  'pmsuspended',
];

/** By the number of `virDomainState`; `unknown` for one that is newer than this client. */
export function stateName(number: number): DomainStateName {
  return stateNames[number] ?? 'unknown';
}

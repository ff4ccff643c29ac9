import { machineForms } from './machine-name.ts';

/** Hexadecimal digits that nobody can foresee, at least 32, the same for the same text. */
export type Hash = (text: string) => string;

/**
 * Names that say nothing, in the place of those that say something. The same name has the same one wherever it stands:
 * what was equal is equal, what was not is not.
 */
export interface Pseudonyms {
  /** A domain, by its name. */
  domain(name: string): string;
  /** A domain, by what is left of its name in the name of a cgroup or unit. */
  machine(form: string): string;
  /** A network device; its kind can still be told, and it is no longer than such a name may be (15 bytes). */
  device(name: string): string;
  /** A block device, by its name under `/dev`. */
  blockDevice(name: string): string;
  uuid(uuid: string): string;
  mac(mac: string): string;
  /** An IPv4 or IPv6 address, maybe with what stands behind a `/`. */
  address(address: string): string;
  /** Anything else. UUIDs in it stay recognizable. */
  word(text: string): string;
  /** So many hexadecimal digits. */
  digits(text: string, count: number): string;
}

const LENGTH = 11;
const DEVICE_MAX = 15;

/** What names of devices begin with, and what it says: who made them and what for. Longer ones first. */
const devicePrefixes = [
  ...['macvtap', 'macvlan', 'virbr', 'vxlan', 'dummy', 'patch-', 'qvo', 'qvb', 'qbr', 'vnet', 'bond', 'vlan'],
  ...[
    'int-',
    'phy-',
    'ovs-',
    'tap',
    'ifb',
    'br-',
    'eth',
    'brq',
    'gre',
    'ens',
    'eno',
    'enp',
    'qr-',
    'qg-',
    'tun',
  ],
];
const uuidPattern = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi;
/** What Neutron calls a device after: the beginning of its port's UUID. */
const portPattern = /^[0-9a-f]{8}-[0-9a-f]{2}$/i;
/** What stands around a UUID in names of volumes and images. */
const aroundUuid =
  /^(?:|volume-|snapshot-|_disk|\.config|_disk\.config|_disk\.(?:local|swap|eph\d)|\.iso|\.qcow2|\.raw)$/;

/** @param domains names of those that are there, so that they are found in names made of theirs */
export function pseudonyms(hash: Hash, domains: Iterable<string>): Pseudonyms {
  const known = new Set(domains);
  const short = (prefix: string, text: string) => `${prefix}${hash(text).slice(0, LENGTH)}`;
  const domain = (name: string) => short('domain-', name);
  const machines = new Map([...known].flatMap(name => machineForms(name).map(form => [form, name] as const)));
  const uuid = (text: string) => uuidOf(hash, text.toLowerCase());
  const word = (text: string): string => {
    if (text === '') return '';
    if (known.has(text)) return domain(text);
    const found = text.match(uuidPattern);
    if (found === null) return short('name-', text);
    const around = text.split(uuidPattern).map(part => (aroundUuid.test(part) ? part : short('n', part)));
    return around.map((part, at) => part + (found[at] === undefined ? '' : uuid(found[at]))).join('');
  };
  return {
    domain,
    machine: form => domain(machines.get(form) ?? form),
    device: name => deviceOf(hash, name),
    blockDevice: name => short('blk', name),
    uuid,
    mac: text => macOf(hash(text.toLowerCase())),
    address: text => addressOf(hash, text.toLowerCase()),
    word,
    digits: (text, count) => hash(text).slice(0, count),
  };
}

function deviceOf(hash: Hash, name: string): string {
  if (name === '' || name === 'lo') return name;
  const known = devicePrefixes.find(one => name.startsWith(one) && name.length > one.length);
  const [prefix, rest] = [known ?? 'dev', name.slice(known?.length ?? 0)];
  if (portPattern.test(rest) && prefix.length === 3) return `${prefix}${portPart(hash, rest.toLowerCase())}`;
  return `${prefix}${hash(rest).slice(0, Math.min(LENGTH, DEVICE_MAX - prefix.length))}`;
}

/** What a port's UUID begins with. */
function portPart(hash: Hash, part: string): string {
  const hex = hash(part);
  return `${hex.slice(0, 8)}-${hex.slice(8, 10)}`;
}

/** Its beginning depends on its beginning alone, so that a device is still called after its port. */
function uuidOf(hash: Hash, text: string): string {
  const hex = hash(text);
  const start = portPart(hash, text.slice(0, LENGTH));
  return `${start}${hex.slice(10, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** An address that is nobody's: locally administered, as libvirt's own are. */
function macOf(hex: string): string {
  return `52:54:${hex.slice(0, 8).match(/../g)?.join(':')}`;
}

const isMask =
  /^(?:\d{1,3}|(?:255|254|252|248|240|224|192|128|0)(?:\.(?:255|254|252|248|240|224|192|128|0)){3}|[fec80:]{2,39})$/;

/** Of networks that are nobody's; those of this host itself stay what they are. */
function addressOf(hash: Hash, text: string): string {
  const [address = '', ...mask] = text.split('/');
  if (/^(?:127(?:\.\d{1,3}){3}|0\.0\.0\.0|255\.255\.255\.255|::1?)$/.test(address)) return text;
  const hex = hash(address);
  const octets = [0, 2, 4].map(at => Number.parseInt(hex.slice(at, at + 2), 16));
  const hidden = address.includes(':')
    ? `fd${hex.slice(0, 2)}:${hex.slice(2, 6)}:${hex.slice(6, 10)}::${hex.slice(10, 14)}`
    : ['10', ...octets].join('.');
  return [hidden, ...mask.map(one => (isMask.test(one) ? one : addressOf(hash, one)))].join('/');
}

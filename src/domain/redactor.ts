import { encodeAttribute, encodeText } from '../xml/entities.ts';
import { pidFileName } from './pid-file.ts';

/** 64 characters less `qemu-`, the id and a `-`. */
const machineNameLengths = [57, 56, 55, 54, 53, 52];

const uuids = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi;
const macs = /\b[0-9a-f]{2}(?::[0-9a-f]{2}){5}\b/gi;

/**
 * Replaces every name, UUID and MAC address in a text, in whatever way it is written down.
 *
 * @param names each with what its hash shall begin with
 * @param hash hexadecimal digits, at least 32
 */
export function redactor(
  names: ReadonlyMap<string, string>,
  hash: (text: string) => string,
): (text: string) => string {
  const written = new Map<string, string>();
  for (const [name, prefix] of names) {
    const hashed = `${prefix}${hash(name).slice(0, 11)}`;
    for (const form of formsOf(name)) written.set(form, hashed);
  }
  const longestFirst = [...written.keys()].sort((one, other) => other.length - one.length);
  // In the name of a systemd unit what stands before may be an escaped `-`.
  const pattern = new RegExp(`(?<=x2d|\\W|^)(?:${longestFirst.map(escaped).join('|')})(?!\\w)`, 'g');
  return text => {
    const named = written.size === 0 ? text : text.replace(pattern, form => written.get(form) ?? form);
    return named
      .replace(uuids, uuid => uuidOf(hash(uuid.toLowerCase())))
      .replace(macs, mac => macOf(hash(mac.toLowerCase())));
  };
}

/**
 * As it is, in XML, in JSON, as a pid file's name, in the name of a machine's systemd unit, where libvirt leaves out what
 * may not stand there and what is too long. @see libvirt src/hypervisor/domain_driver.c:virDomainDriverGenerateMachineName
 */
function formsOf(name: string): readonly string[] {
  const machine = name
    .replace(/[^A-Za-z0-9.-]/g, '')
    .replace(/-{2,}/g, '-')
    .replace(/\.{2,}/g, '.');
  const cut = [machine, ...machineNameLengths.map(length => machine.slice(0, length))];
  const units = cut.map(one => one.replaceAll('-', '\\x2d')).filter(one => one !== '');
  const inXml = [encodeText(name), encodeAttribute(name), encodeAttribute(name, "'")];
  const forms = [name, ...inXml, pidFileName(name), ...units];
  return [...forms, ...forms.map(form => JSON.stringify(form).slice(1, -1))];
}

function uuidOf(hex: string): string {
  const part = (from: number, to: number) => hex.slice(from, to);
  return [part(0, 8), part(8, 12), `4${part(13, 16)}`, `8${part(17, 20)}`, part(20, 32)].join('-');
}

/** An address that is nobody's: locally administered, as libvirt's own are. */
function macOf(hex: string): string {
  return `52:54:${hex.slice(0, 8).match(/../g)?.join(':')}`;
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
}

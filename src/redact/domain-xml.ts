import type { XmlElement } from '../xml/element.ts';
import { encodeAttribute, encodeText } from '../xml/entities.ts';
import { locate } from '../xml/locate.ts';
import { splitName } from '../xml/namespace.ts';
import { isReadKey, redactKey } from './nova-key.ts';
import { redactPath } from './path.ts';
import type { Pseudonyms } from './pseudonyms.ts';
import { isNumber, redactAddress } from './tokens.ts';
import { isXmlName, isXmlValue } from './xml-words.ts';

type Redact = (value: string, names: Pseudonyms) => string;

const id: Redact = (value, names) => redactAddress(value, names) ?? names.word(value);
const flavorName: Redact = value => value;
const device: Redact = (value, names) => names.device(value);
const image: Redact = (value, names) =>
  value
    .split('/')
    .map(part => names.word(part))
    .join('/');

/** Texts by the elements that they are in, the outermost left out as far as it does not matter. */
const texts: Readonly<Record<string, Redact>> = {
  'domain/name': (value, names) => names.domain(value.trim()),
  'disk/serial': (value, names) => names.word(value),
  'resource/partition': redactPartition,
  'iotune/group_name': redactThrottleGroup,
  'throttlegroup/group_name': redactThrottleGroup,
  'device/path': path,
};

/** Attributes by element, and the element around it where that matters. */
const attributes: Readonly<Record<string, Redact>> = {
  'disk/target@dev': redactDiskTarget,
  'interface/target@dev': device,
  'interface/source@bridge': device,
  'interface/source@dev': device,
  'interface/source@network': image,
  'interface/source@portgroup': image,
  'interface/source@path': path,
  'disk/source@name': image,
  'disk/source@pool': image,
  'disk/source@volume': image,
  'disk/source@file': path,
  'disk/source@dev': path,
  'disk/source@dir': path,
  'disk/source@path': path,
  '/alias@name': alias,
  '/teaming@persistent': alias,
  '/throttlefilter@group': redactThrottleGroup,
  '/flavor@name': flavorName,
  '/intent@flavor': flavorName,
  '/intent@at': (value, names) => (/^[\dTZ: .-]{0,32}$/.test(value) ? value : names.word(value)),
  '/parameters@interfaceid': id,
  '/parameters@instanceid': id,
  '/parameters@profileid': (value, names) => names.word(value),
};

/** Where the guest sees a disk: `vda`. */
export function redactDiskTarget(value: string, names: Pseudonyms): string {
  return /^(?:(?:[vsh]d|xvd|fd|ubd)[a-z]{1,3}|#\d{1,6})$/.test(value) ? value : names.word(value);
}

/** Where a disk's content is: a path, or a place in a pool. */
export function redactDiskSource(value: string, names: Pseudonyms): string {
  return path(value, names);
}

/** A group that shares a limit; QEMU calls that of one disk after where the disk is. */
export function redactThrottleGroup(value: string, names: Pseudonyms): string {
  const [, start = '', name, end = ''] =
    /^(drive-|\/machine\/peripheral\/|)([^/]+)((?:\/virtio-backend)?)$/.exec(value) ?? [];
  return name === undefined ? names.word(value) : start + alias(name, names) + end;
}

/** libvirt's own aliases; others begin with `ua-`. */
function alias(value: string, names: Pseudonyms): string {
  if (/^(?:net|hostdev|virtio-disk|scsi|ide|sata|usb|fdc|nvme|virtio)[\d-]{0,16}$/.test(value)) return value;
  return value.startsWith('ua-') ? `ua-${names.digits(value, 11)}` : names.word(value);
}

function path(value: string, names: Pseudonyms): string {
  return value.startsWith('/') ? redactPath(value, names) : image(value, names);
}

function redactPartition(value: string, names: Pseudonyms): string {
  return value.trim() === '/machine' ? value : redactPath(value.trim(), names, true);
}

/**
 * A domain's definition in which elements, attributes and values are those that libvirt and Nova have on every host, and
 * numbers; all else is called otherwise. Comments are left out. @throws QuotaError `invalid-input` when it is none
 */
export function redactDomainXml(xml: string, names: Pseudonyms): string {
  return `${rendered(locate(xml), { names, around: [], indent: '' })}\n`;
}

interface Place {
  readonly names: Pseudonyms;
  /** Local names of the elements around, the innermost first. */
  readonly around: readonly string[];
  readonly indent: string;
}

function rendered(element: XmlElement, place: Place): string {
  const { names, around, indent } = place;
  const name = redactName(element.name, names);
  const { local } = splitName(element.name);
  const given = [...element.attributes].map(([key, value]) => redactAttribute(element, [key, value], place));
  const start = `${indent}<${name}${given.join('')}`;
  const inside = { names, around: [local, ...around], indent: `${indent}  ` };
  const children = element.children.map(child => `\n${rendered(child, inside)}`);
  const text = element.text.trim() === '' ? '' : encodeText(redactText(element, local, place));
  if (children.length === 0 && text === '') return `${start}/>`;
  return `${start}>${text}${children.join('')}${children.length > 0 ? `\n${indent}` : ''}</${name}>`;
}

/** Prefixes are the writer's to choose; whose they are stands in the declaration. */
function redactName(name: string, names: Pseudonyms): string {
  const { prefix, local } = splitName(name);
  const hidden = isXmlName(local) ? local : `e${names.digits(local, 11)}`;
  return `${prefix === '' ? '' : `${redactPrefix(prefix.slice(0, -1), names)}:`}${hidden}`;
}

function redactPrefix(prefix: string, names: Pseudonyms): string {
  return /^(?:nova|virtquota|qemu|xml)$/.test(prefix) ? prefix : `p${names.digits(prefix, 11)}`;
}

const namespaces =
  /^(?:http:\/\/openstack\.org\/xmlns\/libvirt\/nova\/\d{1,2}\.\d{1,2}|urn:virt-quota:intent:\d{1,3}|http:\/\/libvirt\.org\/schemas\/domain\/qemu\/1\.0)$/;

function redactAttribute(element: XmlElement, [key, value]: readonly [string, string], place: Place): string {
  const { names } = place;
  const [, declared] = /^xmlns(?::(.*))?$/.exec(key) ?? [];
  if (declared !== undefined || key === 'xmlns') {
    const name = declared === undefined ? key : `xmlns:${redactPrefix(declared, names)}`;
    return attribute(name, namespaces.test(value) ? value : `urn:${names.word(value)}`);
  }
  return attribute(redactName(key, names), attributeValue(element, key, value, place));
}

function attribute(name: string, value: string): string {
  return ` ${name}='${encodeAttribute(value, "'")}'`;
}

function attributeValue(element: XmlElement, key: string, value: string, { names, around }: Place): string {
  const { local } = splitName(element.name);
  const rule = attributes[`${around[0] ?? ''}/${local}@${key}`] ?? attributes[`/${local}@${key}`];
  if (rule !== undefined) return rule(value, names);
  if (local === 'extraSpec' && key === 'name') return redactKey(value, names);
  if (local === 'asked') return redactAsked(element, key, value, names);
  return redactValue(value, names);
}

function redactAsked(element: XmlElement, key: string, value: string, names: Pseudonyms): string {
  const asked = element.attributes.get('key') ?? '';
  if (key === 'key') return redactKey(asked, names);
  return key === 'value' && isReadKey(asked) ? redactValue(value, names) : names.word(value);
}

function redactText(element: XmlElement, local: string, { names, around }: Place): string {
  const rule = texts[`${around[0] ?? ''}/${local}`];
  if (rule !== undefined) return rule(element.text, names);
  const text = element.text.trim();
  if (local === 'creationTime' && /^[\d: .-]{0,32}$/.test(text)) return text;
  return redactValue(text, names);
}

/** A value of a closed set, or a number; else a name. */
function redactValue(value: string, names: Pseudonyms): string {
  const found = redactAddress(value, names);
  if (found !== undefined) return found;
  if (value === '' || isNumber(value) || isXmlValue(value)) return value;
  return value.startsWith('/') ? redactPath(value, names) : names.word(value);
}

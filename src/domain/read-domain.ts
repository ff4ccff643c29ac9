import { QuotaError } from '../errors.ts';
import { childAttribute, childOf, childrenOf, type XmlElement } from '../xml/element.ts';
import { locate } from '../xml/locate.ts';
import { readBandwidth } from './bandwidth.ts';
import { readBlkioTune, readHostDevices } from './blkiotune.ts';
import { hasZeroShares, readCpuTune } from './cputune.ts';
import type { DiskDefinition, DomainDefinition, InterfaceDefinition } from './definition.ts';
import { readAddress } from './device-address.ts';
import { readIntentRecord } from './intent-record.ts';
import { tellApart } from './interface-identity.ts';
import { readIoTune } from './iotune.ts';
import { readMemTune, scaledKib } from './memtune.ts';
import { readNovaFlavor } from './nova-flavor.ts';
import { refuseTwins } from './twins.ts';

/**
 * Reads a domain's XML, live or persistent, as `virsh dumpxml` or Nova writes it.
 *
 * @throws QuotaError `invalid-input` when it is not well-formed, not a domain, or holds limits that libvirt would
 *   not read.
 */
export function readDomain(xml: string): DomainDefinition {
  const domain = locateDomain(xml);
  const memory = childOf(domain, 'memory');
  const blkiotune = childOf(domain, 'blkiotune');
  const intent = readIntentRecord(childOf(domain, 'metadata'));
  const nova = readNovaFlavor(domain);
  return {
    name: textOf(domain, 'name'),
    uuid: textOf(domain, 'uuid').toLowerCase(),
    vcpus: readVcpus(childOf(domain, 'vcpu')),
    ...(memory && { memoryKib: Number(scaledKib(memory)) }),
    cputune: readCpuTune(childOf(domain, 'cputune')),
    ...(hasZeroShares(childOf(domain, 'cputune')) && { zeroShares: true }),
    memtune: readMemTune(childOf(domain, 'memtune')),
    blkiotune: readBlkioTune(blkiotune),
    hostDevices: readHostDevices(blkiotune),
    disks: diskElements(domain).map(readDisk),
    interfaces: tellApart(interfaceElements(domain).map(readInterface)),
    ...(nova && { nova }),
    ...(intent && { intent }),
  };
}

/** The `<domain>` element of a domain's XML. @throws QuotaError `invalid-input` */
export function locateDomain(xml: string): XmlElement {
  const root = locate(xml);
  if (root.name !== 'domain' || root.foreign) {
    const what = root.foreign ? `<${root.name}> of another namespace` : `<${root.name}>`;
    throw new QuotaError('invalid-input', 'domain XML', `not a domain: the root element is ${what}`);
  }
  refuseTwins(xml, root);
  return root;
}

/** The `<disk>` elements, in order. */
export function diskElements(domain: XmlElement): readonly XmlElement[] {
  return childrenOf(childOf(domain, 'devices'), 'disk');
}

/** The `<interface>` elements, in order. */
export function interfaceElements(domain: XmlElement): readonly XmlElement[] {
  return childrenOf(childOf(domain, 'devices'), 'interface');
}

/** How tuning names a disk: its target. Without one, `#` and its position, counted from 0. */
export function diskTarget(disk: XmlElement, position: number): string {
  return childAttribute(disk, 'target', 'dev') ?? `#${position}`;
}

/** An interface's MAC in lower case. Without one, `#` and its position, counted from 0. */
function interfaceMac(nic: XmlElement, position: number): string {
  return childAttribute(nic, 'mac', 'address')?.toLowerCase() ?? `#${position}`;
}

function readVcpus(vcpu: XmlElement | undefined): number {
  const text = vcpu?.attributes.get('current') ?? vcpu?.text.trim() ?? '1';
  const count = /^[0-9]{1,6}$/.test(text) ? Number(text) : 0;
  if (count > 0) return count;
  throw new QuotaError(
    'invalid-input',
    'vcpu',
    `domain XML: 'vcpu' must be a positive integer, and is '${text}'`,
  );
}

function readDisk(disk: XmlElement, position: number): DiskDefinition {
  const type = disk.attributes.get('type') ?? 'file';
  const source = diskSource(type, childOf(disk, 'source'));
  const serial = childOf(disk, 'serial')?.text;
  const alias = childAttribute(disk, 'alias', 'name');
  return {
    target: diskTarget(disk, position),
    device: disk.attributes.get('device') ?? 'disk',
    type,
    ...(source && { source }),
    ...(serial && { serial }),
    ...(alias && { alias }),
    iotune: readIoTune(childOf(disk, 'iotune')),
    hasThrottleFilters: childOf(disk, 'throttlefilters') !== undefined,
  };
}

function diskSource(type: string, source: XmlElement | undefined): string | undefined {
  const attribute = (name: string) => source?.attributes.get(name);
  switch (type) {
    case 'network':
      return joined(attribute('protocol'), attribute('name'));
    case 'volume':
      return joined(attribute('pool'), attribute('volume'));
    default:
      return (
        attribute('file') ?? attribute('dev') ?? attribute('dir') ?? attribute('path') ?? attribute('type')
      );
  }
}

function joined(one: string | undefined, other: string | undefined): string | undefined {
  if (one === undefined) return other;
  return other === undefined ? one : `${one}/${other}`;
}

/** One `<interface>`; `position` counts from 0. @throws QuotaError `invalid-input` */
export function readInterface(nic: XmlElement, position: number): InterfaceDefinition {
  const dev = childAttribute(nic, 'target', 'dev');
  const source = interfaceSource(childOf(nic, 'source'));
  const virtualPort = childAttribute(nic, 'virtualport', 'type');
  const alias = childAttribute(nic, 'alias', 'name');
  const address = readAddress(childOf(nic, 'address'));
  const teamedWith = childAttribute(nic, 'teaming', 'persistent');
  return {
    mac: interfaceMac(nic, position),
    type: nic.attributes.get('type') ?? '',
    ...(dev && { dev }),
    ...(alias?.startsWith('ua-') && { alias }),
    ...(address && { address }),
    ...(teamedWith && { teamedWith }),
    managed: childAttribute(nic, 'target', 'managed') !== 'no',
    ...(source && { source }),
    ...(virtualPort && { virtualPort }),
    bandwidth: readBandwidth(childOf(nic, 'bandwidth')),
  };
}

function interfaceSource(source: XmlElement | undefined): string | undefined {
  const attribute = (name: string) => source?.attributes.get(name);
  return attribute('network') ?? attribute('bridge') ?? attribute('dev') ?? attribute('path');
}

function textOf(domain: XmlElement, name: string): string {
  return childOf(domain, name)?.text.trim() ?? '';
}

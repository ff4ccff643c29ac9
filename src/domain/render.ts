import { QuotaError } from '../errors.ts';
import { childOf, type XmlElement } from '../xml/element.ts';
import { type Layout, layoutOf } from '../xml/indentation.ts';
import { applySplices, type Splice } from '../xml/splice.ts';
import { readBandwidth } from './bandwidth.ts';
import { readCpuTune } from './cputune.ts';
import { interfaceEnforcer } from './enforcement.ts';
import { findInterface } from './interface-identity.ts';
import { readIoTune } from './iotune.ts';
import { readMemTune } from './memtune.ts';
import { mergeLimits } from './merge.ts';
import { diskElements, diskTarget, interfaceElements, locateDomain, readInterface } from './read-domain.ts';
import { spliceBandwidth } from './splice-bandwidth.ts';
import { spliceBlkioTune } from './splice-blkiotune.ts';
import { spliceCpuTune } from './splice-cputune.ts';
import { spliceIoTune } from './splice-iotune.ts';
import { spliceMemTune } from './splice-memtune.ts';
import { type DeviceRef, type DeviceTuning, type DomainTuning, deviceName } from './tuning.ts';
import { quoteArguments, type VirshOptions, virshCommands } from './virsh-commands.ts';

/**
 * Writes tuning into a domain's XML. Every character outside the elements that change stays: comments, quotes, order,
 * line ends, neighbours such as `vcpupin`. What was not asked for stays by the rules of `mergeLimits`. Doing it twice
 * changes nothing more.
 *
 * @throws QuotaError `invalid-input` when it is not a domain, `not-found` when it has no such device.
 */
export function applyTuningToXml(xml: string, tuning: DomainTuning): string {
  const domain = locateDomain(xml);
  const layout = layoutOf(xml, domain);
  const blkio = tuning.filter(({ device }) => device.kind === 'blkio' || device.kind === 'host-device');
  return applySplices(xml, [
    ...spliceBlkioTune(xml, domain, blkio, layout),
    ...tuning.flatMap(wanted => spliceDevice(xml, domain, wanted, layout)),
  ]);
}

/** The `virsh` commands that do what tuning says, one line each, for reading or for a shell. */
export function renderVirshCommands(
  domain: string,
  tuning: DomainTuning,
  options: VirshOptions = {},
): readonly string[] {
  return virshCommands(domain, tuning, options).map(quoteArguments);
}

function spliceDevice(
  xml: string,
  domain: XmlElement,
  { device, limits }: DeviceTuning,
  layout: Layout,
): readonly Splice[] {
  const parent = deviceElement(domain, device);
  switch (device.kind) {
    case 'cpu': {
      const current = readCpuTune(childOf(parent, 'cputune'));
      return spliceCpuTune(xml, parent, current, mergeLimits(device, current, limits), layout);
    }
    case 'memory': {
      const current = readMemTune(childOf(parent, 'memtune'));
      return spliceMemTune(xml, parent, current, mergeLimits(device, current, limits), layout);
    }
    case 'blkio':
    case 'host-device':
      // All of them share one element: `spliceBlkioTune` has done them together.
      return [];
    case 'disk': {
      const current = readIoTune(childOf(parent, 'iotune'));
      return spliceIoTune(xml, parent, current, mergeLimits(device, current, limits), layout);
    }
    case 'interface': {
      const current = readBandwidth(childOf(parent, 'bandwidth'));
      const enforcer = interfaceEnforcer(readInterface(parent, 0));
      return spliceBandwidth(xml, parent, current, mergeLimits(device, current, limits, enforcer), layout);
    }
  }
}

/** The element that holds a device's limits. @throws QuotaError `not-found` */
function deviceElement(domain: XmlElement, device: DeviceRef): XmlElement {
  const found = findElement(domain, device);
  if (found !== undefined) return found;
  const name = deviceName(device);
  throw new QuotaError('not-found', name, `the domain has no ${name}`);
}

function findElement(domain: XmlElement, device: DeviceRef): XmlElement | undefined {
  switch (device.kind) {
    case 'cpu':
    case 'memory':
    case 'blkio':
    case 'host-device':
      return domain;
    case 'disk':
      return diskElements(domain).find((disk, position) => diskTarget(disk, position) === device.target);
    case 'interface':
      return interfaceElement(domain, device);
  }
}

function interfaceElement(domain: XmlElement, device: DeviceRef): XmlElement | undefined {
  const elements = interfaceElements(domain);
  const nics = elements.map(readInterface);
  const found = findInterface(nics, device);
  return found && elements[nics.indexOf(found)];
}

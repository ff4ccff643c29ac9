import type { XmlElement } from '../xml/element.ts';
import { leadOf } from '../xml/indentation.ts';
import { splitName } from '../xml/namespace.ts';
import { locateDomain } from './read-domain.ts';

/** What is kept of an element: all of it, or only these children, by their names without a prefix. */
type Kept = 'all' | 'alone' | { readonly [child: string]: Kept };

const kept: Kept = {
  name: 'all',
  uuid: 'all',
  memory: 'all',
  vcpu: 'all',
  iothreads: 'all',
  resource: 'all',
  cputune: 'all',
  memtune: 'all',
  blkiotune: 'all',
  throttlegroups: 'all',
  metadata: { instance: { creationTime: 'all', flavor: 'all' }, intent: 'all' },
  devices: {
    disk: {
      driver: 'alone',
      source: 'alone',
      target: 'alone',
      serial: 'all',
      alias: 'alone',
      iotune: 'all',
      throttlefilters: 'all',
    },
    interface: {
      mac: 'alone',
      source: 'alone',
      virtualport: { parameters: 'alone' },
      target: 'alone',
      model: 'alone',
      driver: 'alone',
      alias: 'alone',
      bandwidth: 'all',
      teaming: 'alone',
      address: 'alone',
    },
  },
};

/**
 * A domain's XML without what nobody needs to know who judges its limits: credentials of disks, QEMU's own command
 * line, firmware strings, graphics, whose the instance is. What is not known to be needed is left out, comments too.
 *
 * @throws QuotaError `invalid-input` when it is no domain
 */
export function capturableXml(xml: string): string {
  return `${withOnly(xml, locateDomain(xml), kept)}\n`;
}

function withOnly(xml: string, element: XmlElement, keep: Kept): string {
  if (keep === 'all' || element.selfClosed) return xml.slice(element.start, element.end);
  const start = xml.slice(element.start, element.contentStart);
  const children = keep === 'alone' ? [] : element.children.flatMap(child => kin(xml, child, keep));
  const before = /\n[ \t]*$/.exec(xml.slice(element.contentStart, element.contentEnd))?.[0] ?? '';
  return [start, ...children, before, xml.slice(element.contentEnd, element.end)].join('');
}

function kin(xml: string, child: XmlElement, keep: { readonly [child: string]: Kept }): readonly string[] {
  const { local } = splitName(child.name);
  const how = Object.hasOwn(keep, local) ? keep[local] : undefined;
  return how === undefined ? [] : [leadOf(xml, child), withOnly(xml, child, how)];
}

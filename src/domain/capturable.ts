import type { XmlElement } from '../xml/element.ts';
import { encodeAttribute } from '../xml/entities.ts';
import { leadOf } from '../xml/indentation.ts';
import { splitName } from '../xml/namespace.ts';
import { locateDomain } from './read-domain.ts';
import { isSecretName, withoutSecrets } from './secrets.ts';

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
  const start = startTag(xml, element);
  if (element.selfClosed) return start;
  if (keep === 'all' && element.children.length === 0) return start + leaf(xml, element);
  const children = keep === 'alone' ? [] : element.children.flatMap(child => kin(xml, child, keep));
  // What stands between children says nothing to libvirt.
  const before = /\n[ \t]*$/.exec(xml.slice(element.contentStart, element.contentEnd))?.[0] ?? '';
  return [start, ...children, before, xml.slice(element.contentEnd, element.end)].join('');
}

/** With a source's values without what lets somebody in, and without the query of a signed URL. */
function startTag(xml: string, element: XmlElement): string {
  const tag = xml.slice(element.start, element.contentStart);
  const given = [...element.attributes];
  const kept = given.filter(([name]) => name !== 'query' && !isSecretName(name));
  const isHttp = /^(?:https?|ftps?)$/.test(element.attributes.get('protocol') ?? '');
  const plain = kept.map(([name, value]) => {
    const shorter = withoutSecrets(value);
    return [name, isHttp ? shorter.replace(/[?#].*$/s, '') : shorter] as const;
  });
  if (
    kept.length === given.length &&
    plain.every(([name, value]) => given.some(one => one[0] === name && one[1] === value))
  )
    return tag;
  const attributes = plain.map(([name, value]) => ` ${name}='${encodeAttribute(value, "'")}'`);
  return `<${element.name}${attributes.join('')}${element.selfClosed ? '/>' : '>'}`;
}

/** A text without comments and instructions. */
function leaf(xml: string, element: XmlElement): string {
  const content = xml.slice(element.contentStart, element.end);
  return content.includes('<![CDATA[') ? content : content.replace(/<!--.*?-->|<\?.*?\?>/gs, '');
}

function kin(
  xml: string,
  child: XmlElement,
  keep: 'all' | { readonly [child: string]: Kept },
): readonly string[] {
  const { local } = splitName(child.name);
  if (keep === 'all') {
    // An extra spec that nobody reads may be whatever somebody found no better place for.
    if (isSecretName(child.attributes.get('name') ?? child.attributes.get('key') ?? '')) return [];
    return [leadOf(xml, child), withOnly(xml, child, keep)];
  }
  const how = Object.hasOwn(keep, local) ? keep[local] : undefined;
  return how === undefined ? [] : [leadOf(xml, child), withOnly(xml, child, how)];
}

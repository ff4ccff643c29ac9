import { type Flavor, specRecord } from '../intent/flavor.ts';
import { childOf, type XmlElement } from '../xml/element.ts';
import { childrenNamed, namespaceOf, splitName } from '../xml/namespace.ts';

/** 1.0 up to Nova 22, 1.1 since. */
const novaNamespace = /^http:\/\/openstack\.org\/xmlns\/libvirt\/nova\/1\.[01]$/;

/** What Nova writes of a flavor: its name since ever, id and extra specs since Nova 32 (2025.2). */
export interface NovaFlavor extends Omit<Flavor, 'extraSpecs'>, Partial<Pick<Flavor, 'extraSpecs'>> {
  /** When Nova wrote it, in UTC: `2026-01-05T09:30:00Z`. Absent when it does not say, or in another form. */
  readonly writtenAt?: string;
}

/**
 * The flavor that Nova has written into a domain's metadata; undefined when it is no domain of Nova's.
 *
 * @see nova nova/virt/libvirt/config.py:LibvirtConfigGuestMetaNovaFlavor
 */
export function readNovaFlavor(domain: XmlElement): NovaFlavor | undefined {
  const found = findInstance(domain);
  const flavor = found && childrenNamed(found.instance, `${found.prefix}flavor`)[0];
  if (found === undefined || flavor === undefined) return undefined;
  const [specs] = childrenNamed(flavor, `${found.prefix}extraSpecs`);
  const identity = { ...identityOf(flavor, found.prefix), ...writtenAt(found.instance, found.prefix) };
  if (specs === undefined) return identity;
  const pairs = childrenNamed(specs, `${found.prefix}extraSpec`).map(
    spec => [spec.attributes.get('name') ?? '', spec.text] as const,
  );
  return { ...identity, extraSpecs: specRecord(pairs) };
}

function identityOf(flavor: XmlElement, prefix: string): Omit<Flavor, 'extraSpecs'> {
  const name = flavor.attributes.get('name');
  const id = flavor.attributes.get('id');
  const vcpus = childrenNamed(flavor, `${prefix}vcpus`)[0]?.text.trim() ?? '';
  return {
    ...(name !== undefined && { name }),
    ...(id !== undefined && { id }),
    ...(/^[1-9][0-9]{0,5}$/.test(vcpus) && { vcpus: Number(vcpus) }),
  };
}

/** `2026-01-05 09:30:00`, without a zone and in UTC. @see nova nova/virt/libvirt/config.py:LibvirtConfigGuestMetaNovaInstance */
function writtenAt(instance: XmlElement, prefix: string): Pick<NovaFlavor, 'writtenAt'> {
  const text = childrenNamed(instance, `${prefix}creationTime`)[0]?.text.trim() ?? '';
  const match = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)$/.exec(text);
  return match === null ? {} : { writtenAt: `${match[1]}T${match[2]}Z` };
}

/** Nova's element, by its namespace: libvirt keeps whatever prefix it was given. */
function findInstance(
  domain: XmlElement,
): { readonly instance: XmlElement; readonly prefix: string } | undefined {
  const metadata = childOf(domain, 'metadata');
  for (const instance of metadata?.children ?? []) {
    const { prefix, local } = splitName(instance.name);
    if (local === 'instance' && novaNamespace.test(namespaceOf(instance, metadata, domain)))
      return { instance, prefix };
  }
  return undefined;
}

import { QuotaError } from '../errors.ts';
import { type Flavor, specRecord } from '../intent/flavor.ts';
import { childOf, type XmlElement } from '../xml/element.ts';
import { childrenNamed, namespaceOf, splitName } from '../xml/namespace.ts';
import { locateDomain } from './read-domain.ts';

/** 1.0 up to Nova 22, 1.1 since. */
const novaNamespace = /^http:\/\/openstack\.org\/xmlns\/libvirt\/nova\/1\.[01]$/;

/**
 * The flavor that Nova has written into a domain's metadata, with its extra specs as Nova ≥ 32 (2025.2) writes them.
 *
 * @throws QuotaError `invalid-input` when it is no domain of Nova's, or of one that wrote no extra specs.
 * @see nova nova/virt/libvirt/config.py:LibvirtConfigGuestMetaNovaFlavor
 */
export function flavorFromMetadata(xml: string, subject = 'domain XML'): Flavor {
  const domain = locateDomain(xml);
  const found = findInstance(domain);
  const flavor = found && childrenNamed(found.instance, `${found.prefix}flavor`)[0];
  if (found === undefined || flavor === undefined)
    throw missing(subject, "no flavor of Nova's in its metadata");
  const [specs] = childrenNamed(flavor, `${found.prefix}extraSpecs`);
  if (specs === undefined)
    throw missing(subject, "no extra specs in Nova's metadata, which only Nova 32 and later write");
  const pairs = childrenNamed(specs, `${found.prefix}extraSpec`).map(
    spec => [spec.attributes.get('name') ?? '', spec.text] as const,
  );
  return { ...identityOf(flavor, found.prefix), extraSpecs: specRecord(pairs) };
}

function missing(subject: string, what: string): QuotaError {
  return new QuotaError('invalid-input', subject, `${subject} has ${what}`);
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

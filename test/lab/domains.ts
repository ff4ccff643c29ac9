import { type Disk, type DomainOptions, disksOf, domainXml, type Nic, nicsOf, uuidOf } from './domain-xml.ts';
import type { Hypervisor } from './hypervisor.ts';

/** A domain that runs in the lab, defined persistently as Nova does it. */
export interface Domain {
  readonly name: string;
  readonly uuid: string;
  /** What it was defined with. */
  readonly xml: string;
  readonly disks: readonly Disk[];
  readonly nics: readonly Nic[];
}

/**
 * Makes what a domain needs, defines it and starts it. It stays paused unless `running`: a guest without an operating
 * system has nothing to do, and every limit is in place all the same. Takes some 4 s with software emulation.
 */
export async function startDomain(
  hypervisor: Hypervisor,
  options: DomainOptions,
  running = false,
): Promise<Domain> {
  const domain = domainOf(options);
  await hypervisor.writeFile(xmlPath(domain), domain.xml);
  await hypervisor.shell(
    [
      ...domain.disks.map(
        ({ path, format }) => `install -D /dev/null ${path}; qemu-img create -q -f ${format} ${path} 16M`,
      ),
      ...domain.nics.filter(({ kind }) => kind === 'ethernet').map(nic => plugLikeNova(nic, domain)),
      `virsh --quiet define ${xmlPath(domain)}`,
      `virsh --quiet start ${domain.name} ${running ? '' : '--paused'}`,
    ].join('\n'),
  );
  return domain;
}

/** Ends a domain, and removes what {@link startDomain} made for it. A domain that is gone already is no error. */
export async function removeDomain(
  hypervisor: Hypervisor,
  { name, disks, nics, uuid }: Domain,
): Promise<void> {
  const foreign = nics.filter(({ kind }) => kind === 'ethernet');
  await hypervisor.shell(
    [
      `virsh --quiet destroy ${name} 2>/dev/null || true`,
      `virsh --quiet undefine ${name} 2>/dev/null || true`,
      ...foreign.map(
        ({ dev }) => `ovs-vsctl --if-exists --with-iface del-port ${dev}; ip link delete ${dev} || true`,
      ),
      `rm -rf ${[...disks.map(({ path }) => path), `/root/${uuid}.xml`].join(' ')}`,
    ].join('\n'),
  );
}

function domainOf(options: DomainOptions): Domain {
  const { name } = options;
  return {
    name,
    uuid: uuidOf(name),
    xml: domainXml(options),
    disks: disksOf(options),
    nics: nicsOf(options),
  };
}

function xmlPath({ uuid }: Pick<Domain, 'uuid'>): string {
  return `/root/${uuid}.xml`;
}

/** What os-vif does before Nova defines the domain: the tap is a port, with a QoS row that tells OVS to keep off. */
function plugLikeNova({ dev, mac, port }: Nic, { uuid }: Domain): string {
  const ids = Object.entries({
    'iface-id': port,
    'iface-status': 'active',
    'attached-mac': mac,
    'vm-uuid': uuid,
  }).map(([key, value]) => `'external-ids:${key}="${value}"'`);
  return [
    `ip tuntap add dev ${dev} mode tap; ip link set ${dev} up`,
    `ovs-vsctl --may-exist add-port ovsbr0 ${dev} -- set Interface ${dev} ${ids.join(' ')} \\`,
    `  -- set Port ${dev} qos=@qos -- --id=@qos create QoS type=linux-noop ${ids.join(' ')}`,
  ].join('\n');
}

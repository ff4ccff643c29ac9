import { dirname } from 'node:path';
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
  const domain = await defineDomain(hypervisor, options);
  await hypervisor.shell(`virsh --quiet start ${domain.name} ${running ? '' : '--paused'}`);
  return domain;
}

/** Makes what a domain needs and defines it, to be removed with {@link removeDomain}. */
export async function defineDomain(hypervisor: Hypervisor, options: DomainOptions): Promise<Domain> {
  const domain = domainOf(options);
  const { disks, nics } = domain;
  await hypervisor.writeFile(xmlPath(domain), domain.xml);
  await hypervisor.shell(
    [
      ...disks.map(({ path }) => `mkdir -p ${dirname(path)}`),
      ...disks.map(({ path, format }) => `qemu-img create -q -f ${format} ${path} 16M`),
      ...nics.filter(isPluggedByNova).map(nic => plugLikeNova(nic, domain)),
      `virsh --quiet define ${xmlPath(domain)}`,
    ].join('\n'),
  );
  return domain;
}

/** Ends a domain, and removes what {@link startDomain} made for it. A domain that is gone already is no error. */
export async function removeDomain(hypervisor: Hypervisor, domain: Domain): Promise<void> {
  const { name, disks, nics } = domain;
  await hypervisor.shell(
    [
      `virsh --quiet destroy ${name} 2>/dev/null || true`,
      `virsh --quiet undefine ${name} 2>/dev/null || true`,
      ...nics.filter(isPluggedByNova).map(unplugLikeNova),
      `rm -rf ${xmlPath(domain)} ${disks.map(({ path }) => dirname(path)).join(' ')}`,
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

function isPluggedByNova({ kind }: Nic): boolean {
  return kind === 'ethernet' || kind === 'ethernet-delegated';
}

/** What os-vif does before Nova defines the domain: the tap is a port, with a QoS row that tells OVS to keep off. */
function plugLikeNova({ kind, dev, mac, port }: Nic, { uuid }: Domain): string {
  const ids = Object.entries({
    'iface-id': port,
    'iface-status': 'active',
    'attached-mac': mac,
    'vm-uuid': uuid,
  }).map(([key, value]) => `'external-ids:${key}="${value}"'`);
  // Open vSwitch 4 says by 65 that the tap is not there yet, where libvirt makes it; earlier ones only print it.
  const mayLack = kind === 'ethernet' ? '' : ' || test $? = 65';
  return [
    kind === 'ethernet' ? `ip tuntap add dev ${dev} mode tap; ip link set ${dev} up` : '',
    `ovs-vsctl --may-exist add-port ovsbr0 ${dev} -- set Interface ${dev} ${ids.join(' ')} \\`,
    `  -- set Port ${dev} qos=@qos -- --id=@qos create QoS type=linux-noop ${ids.join(' ')}${mayLack}`,
  ].join('\n');
}

function unplugLikeNova({ dev, port }: Nic): string {
  return [
    `ovs-vsctl --if-exists del-port ${dev}`,
    `for row in $(ovs-vsctl --bare --columns=_uuid find QoS external-ids:iface-id=${port})`,
    'do ovs-vsctl destroy QoS $row; done',
    `ip link delete ${dev} 2>/dev/null || true`,
  ].join('\n');
}

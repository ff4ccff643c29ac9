import { createHash } from 'node:crypto';

/** What a network interface of a lab domain is plugged into. */
export type NicKind =
  /** A tap that libvirt makes, on the Linux bridge `br0`. */
  | 'bridge'
  /** A tap that libvirt makes, on the Open vSwitch bridge `ovsbr0`. */
  | 'ovs'
  /** `managed='no'`: a tap that is there, and an Open vSwitch port, before libvirt sees it. */
  | 'ethernet'
  /** A tap that libvirt makes, for which os-vif has added the Open vSwitch port already. */
  | 'ethernet-delegated'
  /** A tap that libvirt makes, on the libvirt network `labnet` (which is `br0` again). */
  | 'network'
  /** A macvtap on `dummy0`. */
  | 'macvtap';

/** A domain as the lab makes it. Every element is XML as libvirt takes it, and left out when absent. */
export interface DomainOptions {
  /** As Nova names them: `instance-00000041`. */
  readonly name: string;
  /** 4 when absent. */
  readonly vcpus?: number;
  /** How many of them are plugged in; all when absent. */
  readonly onlineVcpus?: number;
  /** `<cputune>…</cputune>`. */
  readonly cputune?: string;
  /** One disk `vda`, `vdb`, … for each; one qcow2 when absent. */
  readonly disks?: readonly DiskOptions[];
  /** Three on `br0` when absent. */
  readonly nics?: readonly NicOptions[];
  /** Any other devices, as XML. */
  readonly devices?: string;
  /** Anything else of the whole domain, as XML. */
  readonly elements?: string;
}

/** A disk of a lab domain: a file of 16 MiB. */
export interface DiskOptions {
  readonly format: 'qcow2' | 'raw';
  /** `<iotune>…</iotune>`. */
  readonly iotune?: string;
  /** A Cinder volume has its UUID here; an image has none. */
  readonly serial?: string;
}

/** An interface of a lab domain. */
export interface NicOptions {
  readonly kind: NicKind;
  /** `<bandwidth>…</bandwidth>`. */
  readonly bandwidth?: string;
}

/** An interface as it was made. */
export interface Nic {
  readonly kind: NicKind;
  /** The device on the host, as Nova names it: `tap` and eleven characters of the port's UUID. */
  readonly dev: string;
  readonly mac: string;
  /** Neutron's port. */
  readonly port: string;
}

/** A disk as it was made. */
export interface Disk {
  readonly target: string;
  readonly format: 'qcow2' | 'raw';
  readonly path: string;
}

/** The interfaces of a domain. Names, addresses and UUIDs follow from the domain's name. */
export function nicsOf({ name, nics = bridgeNics }: DomainOptions): Nic[] {
  return nics.map(({ kind }, n) => {
    const port = uuidOf(`${name} port ${n}`);
    const mac = `fa:16:3e:${port.slice(0, 2)}:${port.slice(2, 4)}:${port.slice(4, 6)}`;
    return { kind, dev: `tap${port.slice(0, 11)}`, mac, port };
  });
}

/** The disks of a domain. */
export function disksOf({ name, disks = oneDisk }: DomainOptions): Disk[] {
  return disks.map(({ format }, n) => {
    const target = `vd${'abcdefgh'[n]}`;
    return { target, format, path: `/var/lib/nova/instances/${uuidOf(name)}/disk.${target}` };
  });
}

/** A UUID that follows from a word. */
export function uuidOf(word: string): string {
  const hex = createHash('md5').update(word).digest('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20),
  ].join('-');
}

/** The domain XML, in the form Nova writes it. */
export function domainXml(options: DomainOptions): string {
  const { name, vcpus = 4, onlineVcpus = vcpus, cputune = '', devices = '', elements = '' } = options;
  return `<domain type="qemu">
  <uuid>${uuidOf(name)}</uuid>
  <name>${name}</name>
  <memory>65536</memory>
  <vcpu current="${onlineVcpus}">${vcpus}</vcpu>
${metadata(options)}
  <os>
    <type machine="pc">hvm</type>
    <boot dev="hd"/>
  </os>
  <features>
    <acpi/>
    <apic/>
  </features>
  ${cputune}${elements}
  <clock offset="utc">
    <timer name="pit" tickpolicy="delay"/>
    <timer name="rtc" tickpolicy="catchup"/>
    <timer name="hpet" present="no"/>
  </clock>
  <devices>
${disksOf(options)
  .map((disk, n) => diskXml(disk, (options.disks ?? oneDisk)[n]))
  .join('\n')}
${nicsOf(options)
  .map((nic, n) => nicXml(nic, (options.nics ?? bridgeNics)[n]))
  .join('\n')}
    ${devices}
    <memballoon model="virtio">
      <stats period="10"/>
    </memballoon>
  </devices>
</domain>
`;
}

const bridgeNics: readonly NicOptions[] = [{ kind: 'bridge' }, { kind: 'bridge' }, { kind: 'bridge' }];
const oneDisk: readonly DiskOptions[] = [{ format: 'qcow2' }];

function metadata(options: DomainOptions): string {
  const ports = nicsOf(options).map(
    ({ port }, n) => `        <nova:port uuid="${port}">
          <nova:ip type="fixed" address="192.0.2.${n + 10}" ipVersion="4"/>
        </nova:port>`,
  );
  return `  <metadata>
    <nova:instance xmlns:nova="http://openstack.org/xmlns/libvirt/nova/1.1">
      <nova:package version="29.2.0"/>
      <nova:name>lab-${options.name}</nova:name>
      <nova:creationTime>2026-01-05 09:30:00</nova:creationTime>
      <nova:flavor name="m1.resquota">
        <nova:memory>64</nova:memory>
        <nova:disk>1</nova:disk>
        <nova:swap>0</nova:swap>
        <nova:ephemeral>0</nova:ephemeral>
        <nova:vcpus>${options.vcpus ?? 4}</nova:vcpus>
      </nova:flavor>
      <nova:owner>
        <nova:user uuid="${uuidOf('user')}">admin</nova:user>
        <nova:project uuid="${uuidOf('project')}">admin</nova:project>
      </nova:owner>
      <nova:root type="image" uuid="${uuidOf('image')}"/>
      <nova:ports>
${ports.join('\n')}
      </nova:ports>
    </nova:instance>
  </metadata>`;
}

function diskXml({ target, format, path }: Disk, options: DiskOptions | undefined): string {
  return `    <disk type="file" device="disk">
      <driver name="qemu" type="${format}" cache="none"/>
      <source file="${path}"/>
      <target bus="virtio" dev="${target}"/>
      ${options?.serial === undefined ? '' : `<serial>${options.serial}</serial>`}
      ${options?.iotune ?? ''}
    </disk>`;
}

function nicXml({ kind, dev, mac, port }: Nic, options: NicOptions | undefined): string {
  const openvswitch = `<virtualport type="openvswitch">
        <parameters interfaceid="${port}"/>
      </virtualport>`;
  const {
    type,
    plug,
    managed = '',
  } = {
    bridge: { type: 'bridge', plug: '<source bridge="br0"/>' },
    ovs: { type: 'bridge', plug: `<source bridge="ovsbr0"/>\n      ${openvswitch}` },
    ethernet: { type: 'ethernet', plug: '', managed: ' managed="no"' },
    'ethernet-delegated': { type: 'ethernet', plug: '' },
    network: { type: 'network', plug: '<source network="labnet"/>' },
    macvtap: { type: 'direct', plug: '<source dev="dummy0" mode="bridge"/>' },
  }[kind];
  return `    <interface type="${type}">
      <mac address="${mac}"/>
      <model type="virtio"/>
      ${plug}
      <target dev="${dev}"${managed}/>
      ${options?.bandwidth ?? ''}
    </interface>`;
}

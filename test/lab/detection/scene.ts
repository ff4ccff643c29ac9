import { applyDomain } from '../../../src/workflow/apply.ts';
import { type Domain, defineDomain, removeDomain, startDomain } from '../domains.ts';
import { type FromOutside, fromOutside, quotaOf } from '../from-outside.ts';
import type { Hypervisor } from '../hypervisor.ts';
import { hasAtLeast, kinds } from '../kinds.ts';
import { flavorText, scopeOf } from '../virt-quota.ts';
import type { Actor } from './case.ts';

/** What `full` has, as a flavor asks for it and as libvirt's definition says it. */
export const fullFlavor: readonly string[] = [
  'quota:cpu_shares=512',
  'quota:cpu_period=100000',
  'quota:cpu_quota=40000',
  'quota:disk_read_bytes_sec=1000000',
  'quota:disk_write_bytes_sec=2000000',
  'quota:disk_total_iops_sec=300',
  'quota:vif_inbound_average=4000',
  'quota:vif_inbound_peak=8000',
  'quota:vif_inbound_burst=1024',
  'quota:vif_outbound_average=2000',
  'quota:vif_outbound_burst=512',
];
const cputune = '<cputune><shares>512</shares><period>100000</period><quota>40000</quota></cputune>';
/** A disk's. */
export const iotune =
  '<iotune><read_bytes_sec>1000000</read_bytes_sec><write_bytes_sec>2000000</write_bytes_sec><total_iops_sec>300</total_iops_sec></iotune>';
/** An interface's. */
export const bandwidth =
  '<bandwidth><inbound average="4000" peak="8000" burst="1024"/><outbound average="2000" burst="512"/></bandwidth>';

/** One of each kind that a flavor limits. */
export const limitedDevices = {
  disks: [{ format: 'qcow2', iotune }],
  nics: [
    { kind: 'bridge', bandwidth },
    { kind: 'ovs', bandwidth },
  ],
} as const;

/** A disk on it can be unplugged without a guest that helps. */
const scsi = '<controller type="scsi" model="virtio-scsi"/>';

/** What `own` was asked for by an apply that left its record. */
const ownKeys = [
  'virt-quota:emulator_quota=50000',
  'virt-quota:iothread_quota=40000',
  'virt-quota:global_quota=400000',
  'virt-quota:memory_hard_limit=1048576',
  'virt-quota:memory_soft_limit=524288',
  'virt-quota:blkio_device_read_bytes_sec=/dev/vda=1048576',
  'quota:disk_total_bytes_sec=1000000',
  'quota:disk_total_iops_sec=100',
  'virt-quota:disk_total_bytes_sec_max=2000000',
  'virt-quota:disk_total_bytes_sec_max_length=5',
  'virt-quota:disk_total_iops_sec_max=200',
  'virt-quota:disk_size_iops_sec=4096',
  'virt-quota:disk_group_name=both',
];

/**
 * Five domains that things happen to: `full` has a flavor's limits on everything, `own` those that only we can ask for,
 * `plain` none at all, `nova` has a tap as Nova has made them since release 24, and `off` does not run.
 */
export interface Scene {
  readonly hypervisor: Hypervisor;
  readonly outside: FromOutside;
  readonly isV2: boolean;
  /** Whether libvirt leaves rows of Open vSwitch behind when a domain stops, as it did before 10.3. */
  readonly leaksRows: boolean;
  readonly domains: Readonly<Record<Actor, Domain>>;
  /** Folders of the domains that run, in the hierarchy of the cpu controller. */
  readonly scopes: Readonly<Record<Exclude<Actor, 'off'>, string>>;
}

/** Starts them all. Restarting libvirtd ends the connection: then {@link connectAgain}. */
export async function setScene(hypervisor: Hypervisor): Promise<Scene> {
  const domains = {
    full: await startDomain(hypervisor, {
      name: 'instance-00000071',
      vcpus: 8,
      cputune,
      disks: [
        { format: 'qcow2', iotune },
        { format: 'raw', iotune },
      ],
      devices: scsi,
      nics: (['bridge', 'ovs', 'macvtap', 'network'] as const).map(kind => ({ kind, bandwidth })),
    }),
    own: await startDomain(hypervisor, {
      name: 'instance-00000072',
      vcpus: 1,
      disks: [{ format: 'qcow2' }, { format: 'qcow2' }],
      nics: [],
    }),
    plain: await startDomain(hypervisor, {
      name: 'instance-00000073',
      vcpus: 8,
      onlineVcpus: 4,
      nics: [{ kind: 'bridge' }, { kind: 'bridge' }, { kind: 'ovs' }],
      devices: `${scsi}<disk type="file" device="cdrom"><target dev="hda" bus="ide"/></disk>`,
    }),
    nova: await startDomain(hypervisor, {
      name: 'instance-00000074',
      vcpus: 1,
      nics: [{ kind: 'ethernet', bandwidth }, { kind: 'ethernet' }],
    }),
    off: await defineDomain(hypervisor, {
      name: 'instance-00000075',
      cputune,
      // Without it libvirt takes no vhost-user interface.
      elements: '<memoryBacking><source type="memfd"/><access mode="shared"/></memoryBacking>',
      disks: [{ format: 'qcow2', iotune }],
      nics: [{ kind: 'bridge', bandwidth }],
    }),
  };
  const outside = await fromOutside(hypervisor, flavorText);
  await applyOwn(hypervisor, outside, domains.own);
  const { cgroup } = kinds[hypervisor.kind];
  const leaksRows = !hasAtLeast(hypervisor.kind, 'libvirt', '10.3');
  const scopes = {
    full: await scopeOf(hypervisor, domains.full.name),
    own: await scopeOf(hypervisor, domains.own.name),
    plain: await scopeOf(hypervisor, domains.plain.name),
    nova: await scopeOf(hypervisor, domains.nova.name),
  };
  return { hypervisor, outside, isV2: cgroup === 2, leaksRows, domains, scopes };
}

/** The scene seen through a new connection. */
export async function connectAgain(scene: Scene): Promise<Scene> {
  await scene.outside.close().catch(() => {});
  return { ...scene, outside: await fromOutside(scene.hypervisor, flavorText) };
}

/** Removes all of them. */
export async function clearScene({ hypervisor, outside, domains }: Scene): Promise<void> {
  await outside.close();
  for (const domain of Object.values(domains)) await removeDomain(hypervisor, domain);
}

/** Leaves a record of what was asked, in both definitions. */
async function applyOwn(hypervisor: Hypervisor, outside: FromOutside, { name }: Domain): Promise<void> {
  await hypervisor.shell(
    `virsh --quiet iothreadadd ${name} 1 --live; virsh --quiet iothreadadd ${name} 1 --config`,
  );
  const { outcome, failure } = await applyDomain(outside.surroundings, {
    domain: name,
    quota: quotaOf(...ownKeys),
    record: { flavor: 'm1.own', asked: Object.fromEntries(ownKeys.map(keyAndValue)) },
    scopes: ['live', 'config'],
  });
  if (outcome !== 'applied') throw new Error(`'${name}' is ${outcome}: ${failure}`);
}

function keyAndValue(property: string): readonly [string, string] {
  const at = property.indexOf('=');
  return [property.slice(0, at), property.slice(at + 1)];
}

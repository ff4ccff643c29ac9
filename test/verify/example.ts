import type { DomainDefinition, InterfaceDefinition } from '../../src/domain/definition.ts';
import type { DomainTuning } from '../../src/domain/tuning.ts';
import type { HostFacts } from '../../src/verify/host-facts.ts';

/** The example flavor's limits on one disk and on one interface of each kind. */
export const bandwidth = {
  'inbound.average': 32_768,
  'inbound.peak': 65_536,
  'inbound.burst': 131_072,
  'outbound.average': 32_768,
  'outbound.peak': 65_536,
  'outbound.burst': 131_072,
} as const;

/** An interface on a Linux bridge, changed as wanted. */
export function nic(changes: Partial<InterfaceDefinition> = {}): InterfaceDefinition {
  return {
    mac: '52:54:00:00:00:01',
    type: 'bridge',
    dev: 'tap1',
    managed: true,
    source: 'br0',
    bandwidth: {},
    ...changes,
  };
}

export const bridged = nic({ bandwidth });
export const port = nic({
  mac: '52:54:00:00:00:02',
  dev: 'tap2',
  source: 'ovsbr0',
  virtualPort: 'openvswitch',
  bandwidth,
});

/** A domain with two vCPUs that has all limits of the example flavor. */
export const limited: DomainDefinition = {
  name: 'vm',
  uuid: '11111111-2222-3333-4444-555555555555',
  vcpus: 2,
  memtune: {},
  blkiotune: {},
  hostDevices: [],
  cputune: { cpu_shares: 512, vcpu_quota: 50_000, vcpu_period: 100_000 },
  disks: [
    {
      target: 'vda',
      device: 'disk',
      type: 'file',
      source: '/vm.qcow2',
      iotune: { read_bytes_sec: 1_000_000, write_bytes_sec: 1_024_000 },
      hasThrottleFilters: false,
    },
  ],
  interfaces: [bridged, port],
};

/** The same domain as it is without limits. */
export const unlimited: DomainDefinition = {
  ...limited,
  cputune: {},
  disks: limited.disks.map(disk => ({ ...disk, iotune: {} })),
  interfaces: limited.interfaces.map(one => ({ ...one, bandwidth: {} })),
};

const vif = {
  'inbound.average': 'quota:vif_inbound_average',
  'inbound.peak': 'quota:vif_inbound_peak',
  'inbound.burst': 'quota:vif_inbound_burst',
  'outbound.average': 'quota:vif_outbound_average',
  'outbound.peak': 'quota:vif_outbound_peak',
  'outbound.burst': 'quota:vif_outbound_burst',
} as const;

/** What the example flavor asks of the domain. */
export const asked: DomainTuning = [
  {
    device: { kind: 'cpu' },
    limits: { cpu_shares: 512, vcpu_quota: 50_000, vcpu_period: 100_000 },
    because: {
      cpu_shares: 'quota:cpu_shares',
      vcpu_quota: 'quota:cpu_quota',
      vcpu_period: 'quota:cpu_period',
    },
  },
  {
    device: { kind: 'disk', target: 'vda' },
    limits: { read_bytes_sec: 1_000_000, write_bytes_sec: 1_024_000 },
    because: {
      read_bytes_sec: 'quota:disk_read_bytes_sec',
      write_bytes_sec: 'quota:disk_write_bytes_sec',
    },
  },
  { device: { kind: 'interface', mac: bridged.mac }, limits: bandwidth, because: vif },
  { device: { kind: 'interface', mac: port.mac }, limits: bandwidth, because: vif },
];

/** Hosts as they were seen: Debian 12 on either cgroup, and Debian 13. */
export const hosts = {
  bookworm: facts({ cgroupVersion: 2, iproute2: { major: 6, minor: 1 }, libvirtVersion: 9_000_000 }),
  'bookworm-v1': facts({ cgroupVersion: 1, iproute2: { major: 6, minor: 1 }, libvirtVersion: 9_000_000 }),
  trixie: facts({ cgroupVersion: 2, iproute2: { major: 6, minor: 15 }, libvirtVersion: 11_003_000 }),
} as const;

/** Facts of a host with two vCPUs seen, changed as wanted. */
export function facts(changes: Partial<HostFacts> = {}): HostFacts {
  return {
    vcpuIds: [0, 1],
    iothreadIds: [],
    ovsPorts: new Set(['tap2']),
    macvtaps: new Set(),
    ...changes,
  };
}

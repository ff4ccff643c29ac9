import type { DomainDefinition, InterfaceDefinition } from '../domain/definition.ts';
import { findInterface } from '../domain/interface-identity.ts';
import type { DeviceRef } from '../domain/tuning.ts';
import type { Iproute2Version } from '../observed/iproute2-version.ts';
import type { HostFacts } from '../verify/host-facts.ts';
import type { Place } from './explanation.ts';

/** What is said of the host; what is left out is shown in all its forms. */
export interface ExplainHost {
  readonly cgroupVersion?: 1 | 2;
  readonly iproute2?: Iproute2Version;
  /** As libvirt counts: 9.0.0 is 9000000. */
  readonly libvirtVersion?: number;
}

/** A kind of interface, by an example of it. */
interface Example extends InterfaceDefinition {
  readonly place: Place;
}

const examples: readonly Example[] = [
  { place: 'tap', mac: '52:54:00:00:00:01', type: 'bridge', dev: 'TAP', managed: true, bandwidth: {} },
  {
    place: 'macvtap',
    mac: '52:54:00:00:00:02',
    type: 'direct',
    dev: 'MACVTAP',
    managed: true,
    bandwidth: {},
  },
  {
    place: 'ovs',
    mac: '52:54:00:00:00:03',
    type: 'bridge',
    dev: 'PORT',
    managed: true,
    virtualPort: 'openvswitch',
    bandwidth: {},
  },
  { place: 'unenforced', mac: '52:54:00:00:00:04', type: 'vhostuser', managed: true, bandwidth: {} },
];

/** A running domain with one of each kind of device, and nothing limited. */
export const exampleDomain: DomainDefinition = {
  name: 'DOMAIN',
  uuid: '00000000-0000-0000-0000-000000000000',
  vcpus: 1,
  cputune: {},
  memtune: {},
  blkiotune: {},
  hostDevices: [],
  disks: [
    { target: 'vda', device: 'disk', type: 'file', source: 'IMAGE', iotune: {}, hasThrottleFilters: false },
  ],
  interfaces: examples,
};

/** Where a device of the example stands; undefined where all hosts do the same. */
export function placeOf(device: DeviceRef, facts: HostFacts): Place | undefined {
  if (device.kind === 'cpu') return facts.cgroupVersion === 1 ? 'cgroup v1' : 'cgroup v2';
  if (device.kind !== 'interface') return undefined;
  return findInterface(examples, device)?.place;
}

/** Hosts on which the same limit looks different: both cgroup versions, tc before and since it counts bursts exactly. */
export function hostsFor(host: ExplainHost): readonly HostFacts[] {
  const versions = host.cgroupVersion === undefined ? ([1, 2] as const) : [host.cgroupVersion];
  const tools = host.iproute2 === undefined ? [lastTruncating, firstExact] : [host.iproute2];
  return tools.flatMap(iproute2 =>
    versions.map(cgroupVersion => ({
      cgroupVersion,
      iproute2,
      ...(host.libvirtVersion !== undefined && { libvirtVersion: host.libvirtVersion }),
      ovsPorts: new Set(['PORT']),
      macvtaps: new Set(['MACVTAP']),
    })),
  );
}

const lastTruncating: Iproute2Version = { major: 6, minor: 14 };
const firstExact: Iproute2Version = { major: 6, minor: 15 };

/** How the iproute2 of one of those hosts is called, where it matters. */
export function iproute2Name({ iproute2 }: HostFacts, host: ExplainHost): string {
  if (host.iproute2 !== undefined) return `${host.iproute2.major}.${host.iproute2.minor}`;
  return iproute2 === firstExact ? '6.15 and later' : 'before 6.15';
}

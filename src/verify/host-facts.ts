import type { Iproute2Version } from '../observed/iproute2-version.ts';
import type { OvsState } from '../observed/ovs.ts';
import type { OvsHolder } from '../observed/ovs-owner.ts';
import type { ClassTree } from '../observed/tc-path/destinations.ts';
import type { TcRule } from '../observed/tc-path/rule.ts';

/** What tc has on one device, whoever put it there. */
export interface TapLimits extends ClassTree {
  /** The filters on ingress. */
  readonly ingress: readonly TcRule[];
  /** Devices to which they send packets. */
  readonly redirected?: ReadonlyMap<string, ClassTree>;
}

/** What has to be known of a host to say what its enforcers must hold. What could not be seen is left out. */
export interface HostFacts {
  /** The hierarchy that has the cpu controller. */
  readonly cgroupVersion?: 1 | 2;
  /** Whether libvirt has systemd set weights, since the domain is a unit of it. */
  readonly systemd?: boolean;
  /** The files of CPU time and memory that could be read, by subject and name: `emulator cpu.max`. */
  readonly cgroupKnobs?: ReadonlySet<string>;
  /** Those of the kernel's files for I/O weights that the domain has: `io.weight`, `io.bfq.weight`, … */
  readonly ioWeightFiles?: ReadonlySet<string>;
  /** Whether a domain's swap can be limited, so whether the kernel accounts for it. */
  readonly hasSwapLimit?: boolean;
  /** Controllers in whose hierarchy (cgroup v1) QEMU is not in its domain's cgroup, but in this one. */
  readonly strayed?: Readonly<Partial<Record<'memory' | 'blkio', string>>>;
  /** Paths that were looked for, and are no block devices of the host. */
  readonly missingDevices?: ReadonlySet<string>;
  /** Whether the domain has a cgroup of the memory controller. */
  readonly hasMemoryLimit?: boolean;
  /** Ids of the vCPUs that have a cgroup, so that are online. */
  readonly vcpuIds?: readonly number[];
  /** Ids of the I/O threads that have a cgroup. */
  readonly iothreadIds?: readonly number[];
  /** tc's version: how it rounds and in which form it answers. */
  readonly iproute2?: Iproute2Version;
  /** As libvirt counts: 9.0.0 is 9000000. */
  readonly libvirtVersion?: number;
  /** Devices that are ports of Open vSwitch, whatever libvirt thinks of them. */
  readonly ovsPorts: ReadonlySet<string>;
  /** Whose the limits of Open vSwitch's ports are; absent when no `ethernet` tap is one, or it could not be asked. */
  readonly ovsHolders?: ReadonlyMap<string, OvsHolder>;
  /** Devices of `type='ethernet'` that are macvtaps. */
  readonly macvtaps: ReadonlySet<string>;
  /** By device: what limits there are, also those that nobody here has asked for. Those that could not be seen are left out. */
  readonly taps?: ReadonlyMap<string, TapLimits>;
  /** Open vSwitch's database; absent: it was not asked, or did not answer. */
  readonly ovs?: OvsState;
  /** Why its database did not answer, by device that is a port of it, or may be; absent: it did, or there is none. */
  readonly ovsSilent?: ReadonlyMap<string, string>;
}

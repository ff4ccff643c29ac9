import type { Bandwidth } from './bandwidth.ts';
import type { BlkioTune, HostDeviceDefinition } from './blkiotune.ts';
import type { CpuTune } from './cputune.ts';
import type { IntentRecord } from './intent-record.ts';
import type { IoTune } from './iotune.ts';
import type { MemTune } from './memtune.ts';
import type { NovaFlavor } from './nova-flavor.ts';

/** What virt-quota needs to know of a domain's definition, live or persistent. */
export interface DomainDefinition {
  readonly name: string;
  readonly uuid: string;
  /** Number of vCPUs online (`<vcpu current=…>`), not the maximum. */
  readonly vcpus: number;
  /** The guest's memory at its largest, in KiB. Absent when the XML does not say. */
  readonly memoryKib?: number;
  readonly cputune: CpuTune;
  /** Shares of 0, which are no limit, and with which no host starts the domain; absent: none. */
  readonly zeroShares?: boolean;
  readonly memtune: MemTune;
  readonly blkiotune: BlkioTune;
  /** Block devices of the host that the domain's use of is limited. */
  readonly hostDevices: readonly HostDeviceDefinition[];
  readonly disks: readonly DiskDefinition[];
  readonly interfaces: readonly InterfaceDefinition[];
  /** What Nova wrote down of its flavor; absent when it is no domain of Nova's. */
  readonly nova?: NovaFlavor;
  /** What an earlier apply wrote down; absent when there is no such record. */
  readonly intent?: IntentRecord;
}

/** One `<disk>`. */
export interface DiskDefinition {
  /** `vda`: how typed-parameter calls name it. */
  readonly target: string;
  /** `disk`, `cdrom`, `floppy`, `lun`. */
  readonly device: string;
  /** `file`, `block`, `network`, `vhostuser`, … */
  readonly type: string;
  /** File, block device, or RBD image. Absent for an empty drive. */
  readonly source?: string;
  /** Nova writes a volume's UUID here. */
  readonly serial?: string;
  /** libvirt's own name for it, `virtio-disk0`; absent where it does not run. */
  readonly alias?: string;
  readonly iotune: IoTune;
  /** libvirt ≥ 11.2 `<throttlefilters>`; excludes `<iotune>`. */
  readonly hasThrottleFilters: boolean;
}

/** One `<interface>`. */
export interface InterfaceDefinition {
  readonly mac: string;
  /** What tells it from another one of the domain with the same MAC; absent: there is no such. */
  readonly id?: string;
  /** As the XML has it: `bridge`, `network`, `ethernet`, `direct`, `vhostuser`, `hostdev`, `user`, `vdpa`, … */
  readonly type: string;
  /** Host side device, `tap…`, `vnet0`. Absent in a definition where libvirt chooses it at start. */
  readonly dev?: string;
  /** The name that somebody has given it, `ua-…`: libvirt's own are there only while it runs. */
  readonly alias?: string;
  /** Where the guest sees it, `0000:00:03.0`. Absent before libvirt has given it a place. */
  readonly address?: string;
  /**
   * Alias of the interface whose transient partner it is: the guest takes this one while it has it, and the other
   * while it has not (`net_failover`).
   */
  readonly teamedWith?: string;
  /** `<target managed='no'/>`: the device belongs to somebody else. */
  readonly managed: boolean;
  /** Bridge, network or host device it is attached to. */
  readonly source?: string;
  /** `<virtualport type=…>`: `openvswitch`, `802.1Qbh`, … */
  readonly virtualPort?: string;
  readonly bandwidth: Bandwidth;
  /**
   * Set when the host shows an `ethernet` tap to be a port of Open vSwitch that is to be limited in its database: for
   * which directions there is such a limit of ours now. Never in libvirt's XML.
   */
  readonly ovsNative?: { readonly inbound: boolean; readonly outbound: boolean };
}

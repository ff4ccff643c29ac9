/** What a back end has to know about a port beside its policy. */
export interface PortBinding {
  /** Neutron's UUID of the port. */
  readonly id: string;
  /** Name of the tap. */
  readonly dev: string;
  readonly mac?: string;
  /** UUID of the network; OVN names its switch after it. */
  readonly networkId?: string;
  /** Whether the network is flat or VLAN. Absent or false: an overlay. */
  readonly physical?: boolean;
  /** Number of the port on br-int. */
  readonly ofport?: number;
  /** VLAN that the agent gave the network on br-int. */
  readonly localVlan?: number;
  /** A bridge with the uplink, for guarantees. */
  readonly physicalBridge?: string;
  /** The uplink's port on that bridge. */
  readonly uplink?: string;
  /** `[ovs] qos_meter_bandwidth`: bandwidth by OpenFlow meters. */
  readonly meterBandwidth?: boolean;
  /** A vhost-user port of Open vSwitch with DPDK. */
  readonly dpdk?: boolean;
  /** Virtual function: device of the physical one, and number. */
  readonly vf?: { readonly pf: string; readonly index: number };
}

/** The tap that Nova makes for a port: `tap` and the first eleven characters of its UUID. @see nova nova/network/model.py:NIC_NAME_LEN */
export function tapName(portId: string): string {
  return `tap${portId}`.slice(0, 14);
}

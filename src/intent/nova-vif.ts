/** A port as Neutron binds it. */
export interface NovaVif {
  /** `binding:vif_type`: `ovs`, `bridge`, `vhostuser`, `hw_veb`, … */
  readonly vifType: string;
  /** `binding:vnic_type`; absent: `normal`. */
  readonly vnicType?: string;
}

const never = new Set(['vhostuser', 'tap', 'midonet', 'hostdev_physical', 'ib_hostdev']);
const hostDevice = new Set(['direct', 'vdpa', 'remote-managed', 'direct-physical']);

/**
 * Whether Nova (19.0.0 and later) writes a flavor's `<bandwidth>` for a port. `hw_veb` and `802.1qbh` get one although
 * libvirt ignores it there.
 *
 * @see nova nova/virt/libvirt/vif.py:LibvirtGenericVIFDriver
 */
export function novaWritesBandwidth({ vifType, vnicType = 'normal' }: NovaVif): boolean {
  if (never.has(vifType)) return false;
  return !(vifType === 'ovs' && hostDevice.has(vnicType));
}

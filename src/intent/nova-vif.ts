import { QuotaError } from '../errors.ts';

/** A port as Neutron binds it. */
export interface NovaVif {
  /** `binding:vif_type`: `ovs`, `bridge`, `vhostuser`, `hw_veb`, … */
  readonly vifType: string;
  /** `binding:vnic_type`; absent: `normal`. */
  readonly vnicType?: string;
}

/** The libvirt device that Nova makes of a port, and whether it writes a flavor's `<bandwidth>` there. */
export interface NovaInterface {
  readonly device: 'tap' | 'macvtap' | 'vhostuser' | 'hostdev';
  readonly bandwidth: boolean;
}

const tap: NovaInterface = { device: 'tap', bandwidth: true };
const bareTap: NovaInterface = { device: 'tap', bandwidth: false };
const macvtap: NovaInterface = { device: 'macvtap', bandwidth: true };
const hostdev: NovaInterface = { device: 'hostdev', bandwidth: false };
/** libvirt takes the bandwidth there, and ignores it. */
const idleHostdev: NovaInterface = { device: 'hostdev', bandwidth: true };

const byType: ReadonlyMap<string, NovaInterface> = new Map([
  ['ovs', tap],
  ['bridge', tap],
  ['ivs', tap],
  ['vrouter', tap],
  ['iovisor', tap],
  ['tap', bareTap],
  ['midonet', bareTap],
  ['macvtap', macvtap],
  ['802.1qbg', macvtap],
  ['802.1qbh', idleHostdev],
  ['hw_veb', idleHostdev],
  ['vhostuser', { device: 'vhostuser', bandwidth: false }],
  ['hostdev_physical', hostdev],
  ['ib_hostdev', hostdev],
]);

/** Ports that Open vSwitch hands through to a function of the card. */
const passedThrough = new Set(['direct', 'vdpa', 'remote-managed', 'direct-physical']);

/**
 * What Nova (19.0.0 and later) makes of a port; undefined when it knows no such type, so that the server does not start.
 *
 * @see nova nova/virt/libvirt/vif.py:LibvirtGenericVIFDriver
 */
export function novaInterface({ vifType, vnicType = 'normal' }: NovaVif): NovaInterface | undefined {
  if (vifType === 'ovs' && passedThrough.has(vnicType)) return hostdev;
  if (vnicType === 'macvtap' && (vifType === 'hw_veb' || vifType === '802.1qbh')) return macvtap;
  return byType.get(vifType);
}

/**
 * Whether Nova writes a flavor's `<bandwidth>` for a port. `hw_veb` and `802.1qbh` get one although libvirt ignores it
 * there.
 */
export function novaWritesBandwidth(vif: NovaVif): boolean {
  return novaInterface(vif)?.bandwidth ?? false;
}

/** `TYPE[:VNIC]`, as Neutron's `binding:vif_type` and `binding:vnic_type`. @throws QuotaError `invalid-input` */
export function parseVif(text: string): NovaVif {
  const [vifType = '', vnicType, ...more] = text.split(':');
  const vif = { vifType, ...(vnicType !== undefined && { vnicType }) };
  if (more.length === 0 && novaInterface(vif) !== undefined) return vif;
  const known = [...byType.keys()].join(', ');
  throw new QuotaError('invalid-input', text, `'${text}' is no VIF type of Nova's: ${known}, or TYPE:VNIC`);
}

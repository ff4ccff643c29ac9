import type { DiskDefinition, InterfaceDefinition } from './definition.ts';

/**
 * Who enforces an interface's bandwidth:
 * `tap` — tc, inbound by htb on the tap, outbound by police; `macvtap` — tc, the other way round;
 * `ovs` — libvirt through Open vSwitch's database; `ovs-native` — virt-quota through that database, on a tap that
 * libvirt does not know to be a port; `none` — nobody.
 *
 * @see libvirt src/conf/netdev_bandwidth_conf.h:virNetDevSupportsBandwidth,
 *   src/conf/domain_conf.c:virDomainNetTypeSharesHostView, virDomainNetDefIsOvsport
 */
export type InterfaceEnforcer = 'tap' | 'macvtap' | 'ovs' | 'ovs-native' | 'none';

/** Decides from the definition, and for an `ethernet` tap from whether it was marked as a port to be limited as one. */
export function interfaceEnforcer(nic: InterfaceDefinition): InterfaceEnforcer {
  switch (nic.type) {
    case 'bridge':
    case 'network':
      return nic.virtualPort === 'openvswitch' ? 'ovs' : 'tap';
    case 'ethernet':
      return nic.ovsNative === undefined ? 'tap' : 'ovs-native';
    case 'direct':
      return 'macvtap';
    default:
      return 'none';
  }
}

/** Whether Open vSwitch's database holds an interface's limits, whoever writes them there. */
export function isOvsHeld(enforcer: InterfaceEnforcer | undefined): boolean {
  return enforcer === 'ovs' || enforcer === 'ovs-native';
}

/**
 * Why requests of a disk do not pass QEMU's throttle, though libvirt takes limits for it; undefined: they do. Of a LUN that
 * is passed through, reads and writes are SCSI commands as all others are, and QEMU hands those on as they come.
 *
 * @see QEMU hw/scsi/scsi-disk.c:scsi_block_do_sgio, block/block-backend.c:blk_co_do_ioctl
 */
export function pastThrottle({ device }: Pick<DiskDefinition, 'device'>): string | undefined {
  return device === 'lun' ? "SCSI commands of a passed-through LUN go past QEMU's throttle" : undefined;
}

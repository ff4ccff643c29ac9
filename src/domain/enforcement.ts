import type { InterfaceDefinition } from './definition.ts';

/**
 * Who enforces an interface's bandwidth:
 * `tap` — tc, inbound by htb on the tap, outbound by police; `macvtap` — tc, the other way round;
 * `ovs` — libvirt through Open vSwitch's database; `none` — nobody.
 *
 * @see libvirt src/conf/netdev_bandwidth_conf.h:virNetDevSupportsBandwidth,
 *   src/conf/domain_conf.c:virDomainNetTypeSharesHostView, virDomainNetDefIsOvsport
 */
export type InterfaceEnforcer = 'tap' | 'macvtap' | 'ovs' | 'none';

/** Decides from the definition alone; an `ethernet` tap may still turn out to be an Open vSwitch port. */
export function interfaceEnforcer(nic: InterfaceDefinition): InterfaceEnforcer {
  switch (nic.type) {
    case 'bridge':
    case 'network':
      return nic.virtualPort === 'openvswitch' ? 'ovs' : 'tap';
    case 'ethernet':
      return 'tap';
    case 'direct':
      return 'macvtap';
    default:
      return 'none';
  }
}

import type { PortQos } from './port-qos.ts';

/** What is bound to a port and its network. */
export interface PortQosBindings {
  /** The port's own policy, even one without rules. */
  readonly port?: PortQos;
  /** Its network's. */
  readonly network?: PortQos;
  /** `compute:nova`, `network:dhcp`, …; absent: a machine's port. */
  readonly deviceOwner?: string;
}

/** The policy in force and where it comes from. Two policies are never merged. */
export interface EffectivePortQos {
  readonly source: 'port' | 'network' | 'none';
  readonly qos?: PortQos;
}

const networkOwned = ['network:', 'neutron:'];
const gateways = ['network:router_gateway', 'network:floatingip_agent_gateway'];

/**
 * Port over network; a network's policy does not count for the network's own ports, except router gateways.
 *
 * @see neutron neutron/objects/qos/rule.py:QosRule.should_apply_to_port, neutron/common/utils.py:effective_qos_policy_id
 */
export function effectivePortQos({ port, network, deviceOwner = '' }: PortQosBindings): EffectivePortQos {
  if (port !== undefined) return { source: 'port', qos: port };
  const startsWith = (prefix: string) => deviceOwner.startsWith(prefix);
  const applies = gateways.some(startsWith) || !networkOwned.some(startsWith);
  return network !== undefined && applies ? { source: 'network', qos: network } : { source: 'none' };
}

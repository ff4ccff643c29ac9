import type { PortQos } from '../intent/port-qos.ts';
import type { BackendHoldings } from './holding.ts';
import { linuxbridgeHoldings } from './linuxbridge-port.ts';
import { midonetHoldings } from './midonet-port.ts';
import { ovnHoldings } from './ovn-port.ts';
import { ovsHoldings } from './ovs-port.ts';
import type { PortBinding } from './port-binding.ts';
import { sriovHoldings } from './sriov-port.ts';

const backends = {
  ovs: ovsHoldings,
  ovn: ovnHoldings,
  linuxbridge: linuxbridgeHoldings,
  sriov: sriovHoldings,
  midonet: midonetHoldings,
} as const;

/** What enforces a port's QoS policy. */
export type PortBackend = keyof typeof backends;

/** All of them. */
export const portBackends = Object.keys(backends) as readonly PortBackend[];

/** What one back end must hold for a port. */
export function portHoldings(backend: PortBackend, qos: PortQos, port: PortBinding): BackendHoldings {
  return backends[backend](qos, port);
}

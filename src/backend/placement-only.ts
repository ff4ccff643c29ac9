import type { Diagnostic } from '../diagnostics.ts';
import type { PortQos } from '../intent/port-qos.ts';
import { notEnforced } from './holding.ts';

/** Guarantees that only count when Neutron chooses a host. */
export function placementOnly(qos: PortQos, backend: string): readonly Diagnostic[] {
  const rates = Object.keys(qos.minimumPacketRateKpps).map(way => `minimum_packet_rate ${way}`);
  const ingress = qos.minimumBandwidthKbps.ingress === undefined ? [] : ['minimum_bandwidth ingress'];
  return [...ingress, ...rates].map(path => notEnforced(path, backend, 'placement-only'));
}

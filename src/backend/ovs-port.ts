import type { Direction, PortQos } from '../intent/port-qos.ts';
import { type BackendHoldings, nothingHeld, together } from './holding.ts';
import { dscpFlows } from './ovs-flows.ts';
import { guarantee } from './ovs-guarantee.ts';
import { bandwidthMeter, packetMeter } from './ovs-meters.ts';
import { egressPolicing } from './ovs-policing.ts';
import { dpdkPolicer, ingressQueue } from './ovs-queue.ts';
import { placementOnly } from './placement-only.ts';
import type { PortBinding } from './port-binding.ts';

const directions: readonly Direction[] = ['egress', 'ingress'];

/**
 * What Open vSwitch must hold for a port under ML2/OVS: columns and rows of its database, flows and meters of br-int,
 * and what ovs-vswitchd makes of the former in the kernel.
 *
 * @see neutron neutron/plugins/ml2/drivers/openvswitch/agent/extension_drivers/qos_driver.py
 */
export function ovsHoldings(qos: PortQos, port: PortBinding): BackendHoldings {
  const { egress, ingress } = qos.bandwidthLimit;
  const shaped = port.dpdk === true ? dpdkPolicer : ingressQueue;
  return together([
    port.meterBandwidth === true ? bandwidthMeters(qos, port) : nothingHeld,
    egress === undefined || port.meterBandwidth === true ? nothingHeld : egressPolicing(egress, port),
    ingress === undefined || port.meterBandwidth === true ? nothingHeld : shaped(ingress, port),
    ...directions.map(direction => packetMeter(qos.packetRateLimit[direction], direction, port)),
    qos.dscpMark === undefined ? nothingHeld : dscpFlows(qos.dscpMark, port),
    qos.minimumBandwidthKbps.egress === undefined
      ? nothingHeld
      : guarantee(qos.minimumBandwidthKbps.egress, port),
    { ...nothingHeld, diagnostics: placementOnly(qos, 'Open vSwitch') },
  ]);
}

function bandwidthMeters(qos: PortQos, port: PortBinding): BackendHoldings {
  return together(
    directions.map(direction => bandwidthMeter(qos.bandwidthLimit[direction], direction, port)),
  );
}

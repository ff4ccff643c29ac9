import { kilobitsToBits } from '../units.ts';
import { type BackendHoldings, type Holding, held, notEnforced, nothingHeld } from './holding.ts';
import { addFlow, flow, needs } from './ovs-flows.ts';
import { htbClasses, ovsMaxRate, qosRow, setQos } from './ovs-queue.ts';
import type { PortBinding } from './port-binding.ts';

const because = 'minimum_bandwidth egress';

/**
 * A guarantee for what the machine sends: a queue with the port's own number on every port of the physical bridges, and
 * a packet mark that carries the number from br-int to there. Only on flat and VLAN networks.
 *
 * @see neutron neutron/agent/common/ovs_lib.py:update_minimum_bandwidth_queue
 */
export function guarantee(minKbps: number, port: PortBinding): BackendHoldings {
  if (port.physical !== true) {
    return { ...nothingHeld, diagnostics: [notEnforced(because, 'Open vSwitch', 'physical-only')] };
  }
  const { ofport, uplink, physicalBridge } = port;
  if (ofport === undefined || uplink === undefined || physicalBridge === undefined) {
    return needs(
      because,
      'the port number on br-int, the physical bridge and its uplink (--ofport, --physical-bridge, --uplink)',
    );
  }
  const minBits = kilobitsToBits(minKbps);
  const flows = flowsOf(ofport, physicalBridge);
  return {
    holdings: [
      qosRow(`Port ${uplink}`, ofport, because),
      queueOf(ofport, uplink, minBits),
      ...htbClasses(uplink, ofport, { minBits, maxBits: ovsMaxRate }, because),
      ...flows,
    ],
    commands: [
      setQos(uplink, ofport, `min-rate=${minBits}`, `max-rate=${ovsMaxRate}`),
      ...flows.map(addFlow),
    ],
    diagnostics: [],
  };
}

function queueOf(ofport: number, uplink: string, minBits: number): Holding {
  return {
    layer: 'ovsdb',
    subject: `Queue ${ofport} of port ${uplink}`,
    knob: 'other_config',
    values: { 'min-rate': held(minBits, 'bit/s'), 'max-rate': held(ovsMaxRate, 'bit/s') },
    because,
  };
}

/** reg4 remembers that a packet has been here. The patch port to br-int has its name from the bridge. */
function flowsOf(ofport: number, bridge: string): readonly Holding[] {
  const once = 'load:1->NXM_NX_REG4[0],resubmit(,0)';
  return [
    flow(
      'br-int',
      `table=0,priority=200,in_port=${ofport},reg4=0`,
      `set_field:${ofport}->pkt_mark,${once}`,
      because,
    ),
    flow(
      bridge,
      `table=0,priority=200,in_port=phy-${bridge},pkt_mark=${ofport},reg4=0`,
      `set_queue:${ofport},${once}`,
      because,
    ),
  ];
}

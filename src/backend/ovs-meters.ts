import type { BandwidthLimit, Direction, PacketRateLimit } from '../intent/port-qos.ts';
import { type BackendHoldings, type Holding, held, nothingHeld } from './holding.ts';
import { addFlow, flow, needs } from './ovs-flows.ts';
import type { PortBinding } from './port-binding.ts';

/** An OpenFlow meter that drops what is above its rate. */
export interface OvsMeter {
  /** Packets or kbit of 1000 bits, a second. */
  readonly unit: 'pktps' | 'kbps';
  readonly rate: number;
  /** Packets or kbit; 0: without the burst flag. */
  readonly burst: number;
  /** The rule that asks for it. */
  readonly because: string;
}

/** Tables of br-int through which metered packets go. @see neutron neutron/plugins/ml2/drivers/openvswitch/agent/common/constants.py */
const tables = { pktps: { own: 58, next: 59 }, kbps: { own: 59, next: 60 } } as const;

/** A limit of packets a second. @see neutron qos_driver.py:_update_packet_rate_limit */
export function packetMeter(
  limit: PacketRateLimit | undefined,
  direction: Direction,
  port: PortBinding,
): BackendHoldings {
  if (limit === undefined) return nothingHeld;
  return metered(packetMeterOf(limit, direction), direction, port);
}

/** Its meter: Neutron counts in thousands of packets. */
export function packetMeterOf(limit: PacketRateLimit, direction: Direction): OvsMeter {
  const { maxKpps, maxBurstKpps = 0 } = limit;
  const because = `packet_rate_limit ${direction}`;
  return { unit: 'pktps', rate: maxKpps * 1000, burst: maxBurstKpps * 1000, because };
}

/** A bandwidth limit by meter, without a burst of its own. @see neutron qos_driver.py:_update_meter_bandwidth_rate_limit */
export function bandwidthMeter(
  limit: BandwidthLimit | undefined,
  direction: Direction,
  port: PortBinding,
): BackendHoldings {
  if (limit === undefined) return nothingHeld;
  return metered(bandwidthMeterOf(limit, direction), direction, port);
}

/** Its meter. */
export function bandwidthMeterOf(limit: BandwidthLimit, direction: Direction): OvsMeter {
  const because = `bandwidth_limit ${direction}`;
  return { unit: 'kbps', rate: limit.maxKbps, burst: limit.maxBurstKbit ?? 0, because };
}

function metered(meter: OvsMeter, direction: Direction, port: PortBinding): BackendHoldings {
  const { because, unit } = meter;
  const match = matchOf(direction, port);
  if (match === undefined) return needs(because, needed[direction]);
  const id = meterId(unit, direction);
  const { own, next } = tables[unit];
  const through = flow(
    'br-int',
    `table=${own},priority=100,${match}`,
    `meter:${id},goto_table:${next}`,
    because,
  );
  const text = meterText(id, meter);
  return {
    holdings: [meterHolding(text, meter), through],
    commands: [['ovs-ofctl', '-O', 'OpenFlow13', 'add-meter', 'br-int', text], addFlow(through)],
    diagnostics: [],
  };
}

const needed: Readonly<Record<Direction, string>> = {
  egress: "the port number on br-int and the machine's MAC address (--ofport, --mac)",
  ingress: "the network's VLAN on br-int and the machine's MAC address (--vlan, --mac)",
};

function matchOf(direction: Direction, { mac, ofport, localVlan }: PortBinding): string | undefined {
  if (mac === undefined) return undefined;
  if (direction === 'egress') return ofport === undefined ? undefined : `in_port=${ofport},dl_src=${mac}`;
  return localVlan === undefined ? undefined : `dl_vlan=${localVlan},dl_dst=${mac}`;
}

/** The agent takes the first free number; these are the first four. */
function meterId(unit: OvsMeter['unit'], direction: Direction): number {
  return (unit === 'pktps' ? 1 : 3) + (direction === 'egress' ? 0 : 1);
}

/** A meter in the words of ovs-ofctl. */
export function meterText(id: number, { unit, rate, burst }: Omit<OvsMeter, 'because'>): string {
  const band = `bands=type=drop,rate=${rate}`;
  return burst > 0 ? `meter=${id},${unit},burst,${band},burst_size=${burst}` : `meter=${id},${unit},${band}`;
}

function meterHolding(text: string, { unit, rate, burst, because }: OvsMeter): Holding {
  const [rateUnit, burstUnit] = unit === 'pktps' ? ['packets/s', 'packets'] : ['kbit/s', 'kbit'];
  return {
    layer: 'openflow',
    subject: 'br-int',
    knob: 'meter',
    values: {
      flags: held(burst > 0 ? `${unit.toUpperCase()}|BURST` : unit.toUpperCase()),
      rate: held(rate, rateUnit),
      burst: held(burst, burstUnit),
      meter: held(text),
    },
    because,
  };
}

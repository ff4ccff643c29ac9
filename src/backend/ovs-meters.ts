import type { BandwidthLimit, Direction, PacketRateLimit } from '../intent/port-qos.ts';
import { type BackendHoldings, type Holding, held, nothingHeld } from './holding.ts';
import { addFlow, flow, needs } from './ovs-flows.ts';
import type { PortBinding } from './port-binding.ts';

interface Meter {
  /** `pktps` or `kbps`. */
  readonly unit: 'pktps' | 'kbps';
  readonly rate: number;
  /** 0: without the burst flag. */
  readonly burst: number;
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
  const { maxKpps, maxBurstKpps = 0 } = limit;
  const because = `packet_rate_limit ${direction}`;
  return metered(
    { unit: 'pktps', rate: maxKpps * 1000, burst: maxBurstKpps * 1000, because },
    direction,
    port,
  );
}

/** A bandwidth limit by meter, without a burst of its own. @see neutron qos_driver.py:_update_meter_bandwidth_rate_limit */
export function bandwidthMeter(
  limit: BandwidthLimit | undefined,
  direction: Direction,
  port: PortBinding,
): BackendHoldings {
  if (limit === undefined) return nothingHeld;
  const because = `bandwidth_limit ${direction}`;
  return metered(
    { unit: 'kbps', rate: limit.maxKbps, burst: limit.maxBurstKbit ?? 0, because },
    direction,
    port,
  );
}

function metered(meter: Meter, direction: Direction, port: PortBinding): BackendHoldings {
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
function meterId(unit: Meter['unit'], direction: Direction): number {
  return (unit === 'pktps' ? 1 : 3) + (direction === 'egress' ? 0 : 1);
}

function meterText(id: number, { unit, rate, burst }: Meter): string {
  const band = `bands=type=drop,rate=${rate}`;
  return burst > 0 ? `meter=${id},${unit},burst,${band},burst_size=${burst}` : `meter=${id},${unit},${band}`;
}

function meterHolding(text: string, { unit, rate, burst, because }: Meter): Holding {
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

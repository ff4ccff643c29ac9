import { matchText, type OpenFlow } from '../observed/openflow.ts';
import type { OvsPortTarget, PortMeter } from './ovs-port-target.ts';

/** What flows have to know of a port. */
export interface FlowPort {
  readonly dev: string;
  /** Its number on the bridge. */
  readonly ofport: number;
  /** The machine's; only for what the machine receives. */
  readonly mac?: string;
  /** VLAN of its network on the bridge; absent: none. */
  readonly tag?: number;
  /** Number of its queue on the uplink; absent: none. */
  readonly queue?: number;
}

/** A flow with the rule that asks for it. */
export interface WantedFlow extends OpenFlow {
  readonly because: string;
}

/** What tells the meters of one port apart: one of each unit and direction. */
export type MeterUse = `${PortMeter['unit']} ${PortMeter['direction']}`;

/** `pktps egress` */
export function meterUse({ unit, direction }: PortMeter): MeterUse {
  return `${unit} ${direction}`;
}

/** The upper 16 bits of the cookie of every flow of a port that virt-quota limits: the letters `vq`. */
export const portCookiePrefix = '0x7671';

/**
 * The cookie of a port's flows: {@link portCookiePrefix} and 48 bits of its name, so that one port's flows are found
 * whatever number the port has by now.
 *
 * @see FNV-1a, 64 bit, its ends folded together
 */
export function portCookie(dev: string): string {
  const hash = [...dev].reduce(
    (sum, letter) => BigInt.asUintN(64, (sum ^ BigInt(letter.codePointAt(0) ?? 0)) * 0x100000001b3n),
    0xcbf29ce484222325n,
  );
  const folded = BigInt.asUintN(48, hash ^ (hash >> 48n));
  return `${portCookiePrefix}${folded.toString(16).padStart(12, '0')}`;
}

/**
 * The flows that mark and meter a port's packets, and put them into a queue. Each is met once, remembers that in a register,
 * and sends the packet on its way as if nothing had been: they work whatever else is on the bridge, also without the tables
 * of Neutron's agent.
 * The mark is the agent's own flow, and reg2 its memory for it.
 *
 * @param meterIds of the target's meters
 * @see neutron neutron/plugins/ml2/drivers/openvswitch/agent/openflow/native/br_int.py:install_dscp_marking_rule
 */
export function portFlows(
  { dscp, meters }: OvsPortTarget,
  port: FlowPort,
  meterIds: ReadonlyMap<MeterUse, number>,
): readonly WantedFlow[] {
  const marks = dscp === undefined ? [] : ['ip', 'ipv6'].map(family => markFlow(dscp, family, port));
  return [
    ...marks,
    ...meters.flatMap(meter => meterFlows(meter, meterIds.get(meterUse(meter)) ?? 0, port)),
    ...(port.queue === undefined ? [] : [queueFlow(port.queue, port)]),
  ];
}

/** The mark goes first. It leaves the ECN bits alone. */
function markFlow(dscp: number, family: string, { dev, ofport }: FlowPort): WantedFlow {
  return {
    cookie: portCookie(dev),
    table: 0,
    match: matchText(['priority=65535', family, 'reg2=0', `in_port=${ofport}`]),
    actions: `set_field:0x1->reg2,set_field:${dscp}->ip_dscp,resubmit:${ofport}`,
    because: 'dscp_marking',
  };
}

/** The bit of reg14 that remembers a meter, and the place of its flow: a packet may go through all four. */
const places: Readonly<Record<MeterUse, { readonly bit: number; readonly priority: number }>> = {
  'pktps egress': { bit: 0, priority: 65534 },
  'pktps ingress': { bit: 1, priority: 65533 },
  'kbps egress': { bit: 2, priority: 65532 },
  'kbps ingress': { bit: 3, priority: 65531 },
};

/**
 * The queue goes last. It stays with the packet until it leaves the host, also through patch ports; a port without such a
 * queue sends the packet by its default one.
 */
function queueFlow(queue: number, { dev, ofport }: FlowPort): WantedFlow {
  return {
    cookie: portCookie(dev),
    table: 0,
    match: matchText(['priority=65530', 'reg14=0/0x10', `in_port=${ofport}`]),
    actions: `set_queue:${queue},load:0x1->NXM_NX_REG14[4],resubmit(,0)`,
    because: 'minimum_bandwidth egress',
  };
}

function meterFlows(meter: PortMeter, id: number, port: FlowPort): readonly WantedFlow[] {
  const { bit, priority } = places[meterUse(meter)];
  return matchesOf(meter, port).map(match => ({
    cookie: portCookie(port.dev),
    table: 0,
    match: matchText([`priority=${priority}`, `reg14=0/0x${(1 << bit).toString(16)}`, ...match]),
    actions: `meter:${id},load:0x1->NXM_NX_REG14[${bit}],resubmit(,0)`,
    because: meter.because,
  }));
}

/**
 * What the machine sends is known by its port, whatever address it gives itself. What it receives is known by its address:
 * with a VLAN header when it comes from another bridge, without one from a port of this bridge.
 */
function matchesOf({ direction }: PortMeter, { ofport, mac, tag }: FlowPort): readonly (readonly string[])[] {
  if (direction === 'egress') return [[`in_port=${ofport}`]];
  const address = `dl_dst=${mac ?? ''}`;
  const untagged = ['vlan_tci=0x0000/0x1fff', address];
  return tag === undefined ? [untagged] : [untagged, [`dl_vlan=${tag}`, address]];
}

import { ovsQueueClass } from '../backend/ovs-htb.ts';
import type { BandwidthParameter } from '../domain/bandwidth.ts';
import type { OvsShaping } from '../domain/ovs-port.ts';
import { bitsToBytes, fitsTcTicks, policingBurstToBytes, policingRateToBytes } from '../units.ts';
import { bareKnob, type Expectation, type Knob } from './expectation.ts';
import type { HostFacts } from './host-facts.ts';
import { classesAreExact, type TcLimit, type TcValues, tcValues } from './tc-values.ts';
import { keysOf, present, type Wanted } from './wanted.ts';

/** One Open vSwitch port and what is wanted of it. */
export interface OvsPort {
  readonly wanted: Wanted;
  /** The port's and interface's name. */
  readonly dev: string;
}

/** What Open vSwitch tells the kernel of it: B/s of the port's class, B/s and bytes of the queue's. */
export function ovsClassLimits(shaping: OvsShaping) {
  const portBps = bitsToBytes(shaping['max-rate']);
  const queue = { minBits: shaping['min-rate'], burstBits: shaping.burst ?? 0 };
  return { portBps, ...ovsQueueClass(queue, portBps) };
}

/**
 * The classes that Open vSwitch makes of a `linux-htb` row: 1:fffe for the port, 1:1 below it for queue 0.
 * @see openvswitch lib/netdev-linux.c:htb_parse_qdisc_details__, htb_parse_class_details__, htb_setup_class__
 */
export function expectOvsClasses(
  port: OvsPort,
  shaping: OvsShaping,
  database: readonly Knob[],
  facts: HostFacts,
): readonly Expectation[] {
  const { portBps, rateBps, ceilBps, burstBytes } = ovsClassLimits(shaping);
  const exact = classesAreExact(facts);
  const ofPort = tcValues({ rateBps: portBps, ceilBps: portBps, writer: 'ovs' }, exact, facts);
  // Where none is asked for, Open vSwitch takes the MTU of the tap for it, which nobody here knows.
  const burst = shaping.burst === undefined ? {} : { burstBytes };
  const ofQueue = tcValues({ rateBps, ceilBps, ...burst, writer: 'ovs' }, exact, facts);
  const inbound = ['inbound.average', 'inbound.peak', 'inbound.burst'] as const;
  return [
    tcKnob(port, 'class htb 1:fffe', ['inbound.average', 'inbound.peak'], ofPort, database),
    tcKnob(port, 'class htb 1:1 parent 1:fffe', inbound, ofQueue, database),
  ];
}

/** The policer that Open vSwitch makes of the two policing columns. @see openvswitch lib/netdev-linux.c:tc_policer_init */
export function expectOvsPolice(
  port: OvsPort,
  kbit: { readonly rate: number; readonly burst: number },
  database: readonly Knob[],
  facts: HostFacts,
): Expectation {
  const rateBps = policingRateToBytes(kbit.rate);
  const burstBytes = policingBurstToBytes(kbit.burst);
  // Open vSwitch's own default overflows at a few kB/s; nobody asked for it.
  const isAsked = kbit.burst > 0 || fitsTcTicks(rateBps, burstBytes);
  const limit: TcLimit = { rateBps, ...(isAsked && { burstBytes }), writer: 'ovs' };
  const values = tcValues(limit, false, facts);
  return tcKnob(port, 'police matchall', ['outbound.average', 'outbound.burst'], values, database);
}

function tcKnob(
  { wanted, dev }: OvsPort,
  knob: string,
  all: readonly BandwidthParameter[],
  values: TcValues,
  database: readonly Knob[],
): Expectation {
  const parameters = present(wanted, all);
  const because = keysOf(wanted, parameters);
  const follows = database.map(bareKnob);
  return { layer: 'tc', device: wanted.device, subject: dev, knob, parameters, because, ...values, follows };
}

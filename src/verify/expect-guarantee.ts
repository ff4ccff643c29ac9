import { ovsQueueClass } from '../backend/ovs-htb.ts';
import type { Guarantee } from '../observed/ovs-uplink.ts';
import { bitsToBytes } from '../units.ts';
import { bareKnob, type Demand, type KnobValues } from './expectation.ts';
import { classesAreExact, type TcFacts, tcValues } from './tc-values.ts';

const because = ['minimum_bandwidth egress'] as const;

/**
 * What an uplink must hold for a port's guarantee: its queue in the database, and the class that Open vSwitch makes of it
 * below the uplink's own.
 *
 * @param mtuBytes of the uplink's device; absent: Ethernet's
 * @see openvswitch lib/netdev-linux.c:htb_parse_class_details__
 */
export function expectGuarantee(
  { uplink, queue, minBits, maxBits, uplinkBits }: Guarantee,
  mtuBytes: number | undefined,
  facts: TcFacts,
): readonly Demand[] {
  const ovs = (knob: string, expected: KnobValues): Demand => ({
    ...{ layer: 'ovs', subject: uplink, knob, because, expected },
  });
  const database = [
    ovs('qos', { type: 'linux-htb' }),
    ovs('qos other_config:max-rate', { value: uplinkBits }),
    ovs(`qos queues:${queue}`, { value: 'attached' }),
    ovs(`queue ${queue} other_config:min-rate`, { value: minBits }),
    ovs(`queue ${queue} other_config:max-rate`, { value: maxBits }),
  ];
  const portBps = bitsToBytes(uplinkBits);
  const exact = classesAreExact(facts);
  const tc = (knob: string, limit: Parameters<typeof tcValues>[0]): Demand => ({
    ...{ layer: 'tc', subject: uplink, knob, because },
    ...tcValues(limit, exact, facts),
    follows: database.map(bareKnob),
  });
  const ofQueue = ovsQueueClass({ minBits, maxBits }, portBps, mtuBytes);
  return [
    ...database,
    tc('class htb 1:fffe', { rateBps: portBps, ceilBps: portBps, writer: 'ovs' }),
    tc(uplinkClassKnob(queue), { ...ofQueue, writer: 'ovs' }),
  ];
}

/** `class htb 1:6 parent 1:fffe`: the class of a queue, whose number is one less. */
export function uplinkClassKnob(queue: number): string {
  return `class htb 1:${(queue + 1).toString(16)} parent 1:fffe`;
}

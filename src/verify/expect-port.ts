import { ovsQueueClass } from '../backend/ovs-htb.ts';
import type { WantedFlow } from '../backend/ovs-port-flows.ts';
import type { OvsPortTarget, PortMeter } from '../backend/ovs-port-target.ts';
import { ovsMaxRate } from '../backend/ovs-queue.ts';
import { meterFlags, type OpenFlow } from '../observed/openflow.ts';
import type { OvsPortFacts } from '../observed/ovs-port.ts';
import { bitsToBytes, policingBurstToBytes, policingRateToBytes } from '../units.ts';
import { bareKnob, type Demand, type KnobValues, type Layer } from './expectation.ts';
import { classesAreExact, type TcFacts, tcValues } from './tc-values.ts';

/** A port, and what is wanted of it. */
export interface WantedPort {
  /** Its MTU decides the least that Open vSwitch gives its class. */
  readonly port: Pick<OvsPortFacts, 'dev' | 'bridge' | 'mtuBytes'>;
  readonly target: OvsPortTarget;
  readonly flows: readonly WantedFlow[];
  /** Of the target's meters, in their order. */
  readonly meterIds: readonly number[];
  /** How this host's tc rounds. */
  readonly facts: TcFacts;
}

const ingress = 'bandwidth_limit ingress';
const egress = 'bandwidth_limit egress';

/**
 * What Open vSwitch and the kernel must hold for a port with a policy, whoever has put it there. A direction that the
 * policy does not limit is not judged: somebody else may.
 *
 * @see neutron neutron/agent/common/ovs_lib.py:_update_ingress_bw_limit_for_port, _set_egress_bw_limit_for_port
 */
export function expectPort(wanted: WantedPort): readonly Demand[] {
  const { target, flows, meterIds } = wanted;
  const { bridge } = wanted.port;
  return [
    ...(target.policing === undefined ? [] : expectPolicing(wanted, target.policing)),
    ...(target.queue === undefined ? [] : expectQueue(wanted, target.queue)),
    ...target.meters.map((meter, index) => expectMeter(bridge, meter, meterIds[index] ?? 0)),
    ...flows.map(flow => ({
      layer: 'openflow' as const,
      subject: bridge,
      knob: flowKnob(flow),
      because: [flow.because],
      expected: { actions: flow.actions },
    })),
  ];
}

/** `flow priority=65535,in_port=3,ip`: what no two flows of a table have in common. */
export function flowKnob({ table, match }: OpenFlow): string {
  return table === 0 ? `flow ${match}` : `flow table=${table},${match}`;
}

/** `meter 3` */
export function meterKnob(id: number): string {
  return `meter ${id}`;
}

function expectPolicing(
  { port: { dev }, facts }: WantedPort,
  { rate, burst }: NonNullable<OvsPortTarget['policing']>,
): readonly Demand[] {
  const database = [
    demand('ovs', dev, 'ingress_policing_rate', egress, { value: rate }),
    demand('ovs', dev, 'ingress_policing_burst', egress, { value: burst }),
  ];
  const limit = { rateBps: policingRateToBytes(rate), burstBytes: policingBurstToBytes(burst) };
  const police = demand('tc', dev, 'police matchall', egress);
  const values = tcValues({ ...limit, writer: 'ovs' }, false, facts);
  return [...database, { ...police, ...values, follows: database.map(bareKnob) }];
}

/** Only queue 0 is judged in the database: releases of Neutron differ in the rate of the row above it. */
function expectQueue(
  { port: { dev, mtuBytes }, facts }: WantedPort,
  queue: NonNullable<OvsPortTarget['queue']>,
): readonly Demand[] {
  const database = [
    demand('ovs', dev, 'qos', ingress, { type: 'linux-htb' }),
    demand('ovs', dev, 'qos queues:0', ingress, { value: 'attached' }),
    demand('ovs', dev, 'queue 0 other_config:max-rate', ingress, { value: queue.maxBits }),
    demand('ovs', dev, 'queue 0 other_config:burst', ingress, { value: queue.burstBits }),
  ];
  const { rateBps, ceilBps, burstBytes } = ovsQueueClass(queue, bitsToBytes(ovsMaxRate), mtuBytes);
  const values = tcValues({ rateBps, ceilBps, burstBytes, writer: 'ovs' }, classesAreExact(facts), facts);
  const ofQueue = demand('tc', dev, 'class htb 1:1 parent 1:fffe', ingress);
  return [...database, { ...ofQueue, ...values, follows: database.map(bareKnob) }];
}

function expectMeter(bridge: string, { unit, rate, burst, because }: PortMeter, id: number): Demand {
  const flags = meterFlags(burst > 0 ? [unit, 'burst'] : [unit]);
  return demand('openflow', bridge, meterKnob(id), because, { flags, rate, burst });
}

function demand(layer: Layer, subject: string, knob: string, because: string, expected?: KnobValues): Demand {
  return { layer, subject, knob, because: [because], ...(expected !== undefined && { expected }) };
}

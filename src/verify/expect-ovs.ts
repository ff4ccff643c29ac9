import type { BandwidthParameter } from '../domain/bandwidth.ts';
import type { InterfaceDefinition } from '../domain/definition.ts';
import {
  kibibytesToBits,
  kibibytesToPolicingBurst,
  kilobytesToBits,
  kilobytesToPolicingRate,
} from '../units.ts';
import { expectOvsClasses, expectOvsPolice, type OvsPort } from './expect-ovs-tc.ts';
import { bareKnob, type Expectation, type KnobValues } from './expectation.ts';
import type { HostFacts } from './host-facts.ts';
import { limitOf } from './unlimited.ts';
import { keysOf, present, type Wanted } from './wanted.ts';

/**
 * What Open vSwitch must hold for a port that libvirt limits through its database, and what the kernel must hold of it.
 * A port for which nothing is wanted is left alone: its limits may be Neutron's.
 *
 * @see libvirt src/util/virnetdevopenvswitch.c:virNetDevOpenvswitchInterfaceSetQos
 */
export function expectOvs(
  wanted: Wanted,
  nic: InterfaceDefinition,
  facts: HostFacts,
): readonly Expectation[] {
  const port: OvsPort = { wanted, dev: nic.dev ?? nic.mac };
  return [...expectInbound(port, facts), ...expectOutbound(port, facts)];
}

/** The same numbers stand in the QoS row, which is the port's, and in its queue 0, which the packets go through. */
function expectInbound(port: OvsPort, facts: HostFacts): readonly Expectation[] {
  const { limits } = port.wanted;
  const average = limitOf(limits, 'inbound.average');
  if (average === undefined) return [];
  // libvirt without a peak lets Open vSwitch take the tap's link speed for it; with one the average is the limit.
  const peak = limitOf(limits, 'inbound.peak') ?? average;
  const burst = limitOf(limits, 'inbound.burst');
  const qos = ovsKnob(port, 'qos', ['inbound.average'], { type: 'linux-htb' });
  const queue = {
    ...ovsKnob(port, 'qos queues:0', ['inbound.average'], { value: 'attached' }),
    follows: [bareKnob(qos)],
  };
  const rowOf = (row: Expectation) => {
    const name = row === qos ? 'qos' : 'queue 0';
    const config = (key: string, parameter: BandwidthParameter, bits: number | undefined) => {
      const expected = bits === undefined ? undefined : { value: bits };
      const parameters =
        present(port.wanted, [parameter]).length === 0 ? (['inbound.average'] as const) : [parameter];
      const knob = ovsKnob(port, `${name} other_config:${key}`, parameters, expected);
      return { ...knob, follows: (row === qos ? [qos] : [qos, queue]).map(bareKnob) };
    };
    return [
      config('min-rate', 'inbound.average', kilobytesToBits(average)),
      config('max-rate', 'inbound.peak', kilobytesToBits(peak)),
      config('burst', 'inbound.burst', burst === undefined ? undefined : kibibytesToBits(burst)),
    ];
  };
  const database: readonly Expectation[] = [qos, ...rowOf(qos), queue, ...rowOf(queue)];
  return [...database, ...expectOvsClasses(port, { average, peak, burst }, database, facts)];
}

function expectOutbound(port: OvsPort, facts: HostFacts): readonly Expectation[] {
  const { limits } = port.wanted;
  const average = limitOf(limits, 'outbound.average');
  if (average === undefined) return [];
  const burst = limitOf(limits, 'outbound.burst');
  const burstParameters =
    burst === undefined ? (['outbound.average'] as const) : (['outbound.burst'] as const);
  const kbit = { rate: kilobytesToPolicingRate(average), burst: kibibytesToPolicingBurst(burst ?? 0) };
  const database = [
    ovsKnob(port, 'ingress_policing_rate', ['outbound.average'], { value: kbit.rate }),
    ovsKnob(port, 'ingress_policing_burst', burstParameters, { value: kbit.burst }),
  ];
  return [...database, expectOvsPolice(port, kbit, database, facts)];
}

function ovsKnob(
  { wanted, dev }: OvsPort,
  knob: string,
  parameters: readonly BandwidthParameter[],
  expected: KnobValues | undefined,
): Expectation {
  const because = keysOf(wanted, parameters);
  const base = { layer: 'ovs', device: wanted.device, subject: dev, knob, parameters, because } as const;
  return expected === undefined ? base : { ...base, expected };
}

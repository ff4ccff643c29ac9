import type { BandwidthParameter } from '../domain/bandwidth.ts';
import type { InterfaceDefinition } from '../domain/definition.ts';
import { interfaceName } from '../domain/interface-identity.ts';
import { type OvsPolicing, type OvsShaping, ovsPortLimits } from '../domain/ovs-port.ts';
import { expectOvsClasses, expectOvsPolice, type OvsPort } from './expect-ovs-tc.ts';
import { bareKnob, type Expectation, type Knob, type KnobValues } from './expectation.ts';
import type { HostFacts } from './host-facts.ts';
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
  const port: OvsPort = { wanted, dev: nic.dev ?? interfaceName(nic) };
  const { inbound, outbound } = ovsPortLimits(wanted.limits);
  return [
    ...(inbound === undefined ? leftOver(port, nic, 'inbound') : expectInbound(port, inbound, facts)),
    ...(outbound === undefined ? leftOver(port, nic, 'outbound') : expectOutbound(port, outbound, facts)),
  ];
}

/** A limit of ours, on a tap that libvirt does not limit, for which nothing is wanted any more. */
function leftOver(port: OvsPort, { ovsNative }: InterfaceDefinition, direction: 'inbound' | 'outbound') {
  if (ovsNative?.[direction] !== true) return [];
  const [knob, expected] =
    direction === 'inbound'
      ? (['qos', undefined] as const)
      : (['ingress_policing_rate', { value: 0 }] as const);
  return [ovsKnob(port, knob, [`${direction}.average`], expected)];
}

/** The same numbers stand in the QoS row, which is the port's, and in its queue 0, which the packets go through. */
function expectInbound(port: OvsPort, shaping: OvsShaping, facts: HostFacts): readonly Expectation[] {
  const qos = ovsKnob(port, 'qos', ['inbound.average'], { type: 'linux-htb' });
  const attached = { value: 'attached' };
  const queue = ovsKnob(port, 'qos queues:0', ['inbound.average'], attached, [bareKnob(qos)]);
  const rowOf = (row: Expectation) => {
    const name = row === qos ? 'qos' : 'queue 0';
    const config = (key: string, parameter: BandwidthParameter, bits: number | undefined) => {
      const expected = bits === undefined ? undefined : { value: bits };
      const parameters =
        present(port.wanted, [parameter]).length === 0 ? (['inbound.average'] as const) : [parameter];
      const follows = (row === qos ? [qos] : [qos, queue]).map(bareKnob);
      return ovsKnob(port, `${name} other_config:${key}`, parameters, expected, follows);
    };
    return [
      config('min-rate', 'inbound.average', shaping['min-rate']),
      config('max-rate', 'inbound.peak', shaping['max-rate']),
      config('burst', 'inbound.burst', shaping.burst),
    ];
  };
  const database: readonly Expectation[] = [qos, ...rowOf(qos), queue, ...rowOf(queue)];
  return [...database, ...expectOvsClasses(port, shaping, database, facts)];
}

function expectOutbound(port: OvsPort, kbit: OvsPolicing, facts: HostFacts): readonly Expectation[] {
  const burstParameters = kbit.burst === 0 ? (['outbound.average'] as const) : (['outbound.burst'] as const);
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
  follows?: readonly Knob[],
): Expectation {
  return {
    layer: 'ovs',
    device: wanted.device,
    subject: dev,
    knob,
    parameters,
    because: keysOf(wanted, parameters),
    ...(expected && { expected }),
    ...(follows && { follows }),
  };
}

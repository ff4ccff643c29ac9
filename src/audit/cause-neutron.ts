import type { InterfaceDefinition } from '../domain/definition.ts';
import { interfaceEnforcer } from '../domain/enforcement.ts';
import { ovsPortLimits } from '../domain/ovs-port.ts';
import { type NeutronPort, neutronPolicy, neutronPort } from '../observed/neutron-port.ts';
import { type OvsState, ovsRow } from '../observed/ovs.ts';
import type { Verdict } from '../verify/verdict.ts';
import type { CauseContext, Rule, ToldCause } from './cause-context.ts';

/** The interface of a verdict, as the running domain has it. */
export function nicOf(
  { device }: Verdict['expectation'],
  { definitions: { live } }: CauseContext,
): InterfaceDefinition | undefined {
  return live?.interfaces.find(one => device.kind === 'interface' && one.mac === device.mac);
}

/** Neutron's agent has its own limits on the port, or has taken away what it did not put there. */
export const neutronAgent: Rule = ({ expectation }, context) => {
  const { layer, subject: dev } = expectation;
  const { ovs } = context.facts;
  const nic = nicOf(expectation, context);
  const port = ovs && neutronPort(ovs, dev);
  if (ovs === undefined || port === undefined || nic === undefined || (layer !== 'ovs' && layer !== 'tc'))
    return undefined;
  return (
    withPolicy(ovs, port, expectation, nic) ??
    (isSetToZero(ovs, port, expectation, nic) ? undone(port, dev, nic) : ownsTap(port, expectation, nic))
  );
};

/** In words: that it looks after the port, and how that is known. */
function looksAfter({ evidence, isSure }: NeutronPort, dev: string): string {
  const is = isSure ? "Neutron's agent looks after" : "Neutron's agent, it seems, looks after";
  return `${is} ${dev} (${evidence.join(', ')})`;
}

/** What keeps a limit there. */
function lasting({ portId = 'PORT' }: NeutronPort): string {
  return `what lasts is a QoS policy of Neutron (openstack port set --qos-policy POLICY ${portId}) in place of the flavor's quota:vif_* keys: with both, the next start fails`;
}

function withPolicy(
  ovs: OvsState,
  port: NeutronPort,
  { subject: dev, parameters }: Verdict['expectation'],
  nic: InterfaceDefinition,
): ToldCause | undefined {
  const policy = neutronPolicy(ovs, dev, definedKbit(nic));
  const isIts = parameters.some(one =>
    one.startsWith('outbound') ? policy?.policedKbit !== undefined : policy?.shapedBits !== undefined,
  );
  if (policy === undefined || !isIts) return undefined;
  const explanation = `${looksAfter(port, dev)} and has put a policy of its own on it: ${policy.text}. Remove the policy from the port, or quota:vif_* from the flavor: with both, the next start of the server fails`;
  return { cause: 'neutron-agent-owns-port', explanation, isPastRepair: true };
}

/** On a port that libvirt knows it would have other numbers than Neutron's. */
function definedKbit(nic: InterfaceDefinition): number | undefined {
  return interfaceEnforcer(nic) === 'ovs' ? ovsPortLimits(nic.bandwidth).outbound?.rate : undefined;
}

/** On a port of libvirt's nothing tells who did it, unless the agent is known to be here. */
function isSetToZero(
  ovs: OvsState,
  { isSure }: NeutronPort,
  { layer, knob, subject }: Verdict['expectation'],
  nic: InterfaceDefinition,
): boolean {
  if (layer !== 'ovs' || !knob.startsWith('ingress_policing')) return false;
  const enforcer = interfaceEnforcer(nic);
  const isZero = (ovsRow(ovs.interfaces, 'name', subject)?.ingress_policing_rate ?? 0) === 0;
  return isZero && (enforcer === 'ovs-native' || (enforcer === 'ovs' && isSure));
}

function undone(port: NeutronPort, dev: string, nic: InterfaceDefinition): ToldCause {
  const isOurs = interfaceEnforcer(nic) === 'ovs-native';
  const witness = isOurs ? "; virt-quota's mark is still on the port" : '';
  const explanation = `${looksAfter(port, dev)}, and sets the policing columns to 0 each time it handles a port without a policy, at any update of it in Neutron${witness}; ${lasting(port)}`;
  return {
    cause: 'neutron-agent-owns-port',
    explanation,
    repairNote: "it holds until Neutron's agent handles the port again",
    ...(isOurs && { applyOptions: ['--ovs-native'] }),
  };
}

/** Nova has plugged the tap, and Open vSwitch has removed what libvirt set there. */
function ownsTap(
  port: NeutronPort,
  { layer, subject: dev }: Verdict['expectation'],
  nic: InterfaceDefinition,
): ToldCause | undefined {
  if (layer !== 'tc' || !port.isSure || interfaceEnforcer(nic) !== 'tap') return undefined;
  const explanation = `${dev} is a port of Open vSwitch, which removes tc state that is not its own; ${looksAfter(port, dev)}: ${lasting(port)}`;
  return {
    cause: 'open-vswitch-owns-tap',
    explanation,
    applyOptions: ['--ovs-native'],
    repairNote: "it holds until Open vSwitch or Neutron's agent handles the port again",
  };
}

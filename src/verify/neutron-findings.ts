import type { Diagnostic } from '../diagnostics.ts';
import type { DomainDefinition, InterfaceDefinition } from '../domain/definition.ts';
import { interfaceEnforcer } from '../domain/enforcement.ts';
import { ovsPortLimits } from '../domain/ovs-port.ts';
import { type DomainTuning, deviceName } from '../domain/tuning.ts';
import { neutronPolicy, neutronPort } from '../observed/neutron-port.ts';
import type { OvsState } from '../observed/ovs.ts';
import type { HostFacts } from './host-facts.ts';

/**
 * What is to be said of a domain's ports that Neutron's agent looks after: that it undoes what is written there, and that
 * a bandwidth of the flavor beside a policy of Neutron makes the next start fail.
 */
export function neutronFindings(
  { interfaces }: DomainDefinition,
  { ovs, ovsPorts }: Pick<HostFacts, 'ovs' | 'ovsPorts'>,
  tuning: DomainTuning,
): readonly Diagnostic[] {
  if (ovs === undefined) return [];
  const asked = new Map(tuning.map(({ device, limits }) => [deviceName(device), limits]));
  return interfaces.flatMap((nic): readonly Diagnostic[] => {
    const path = deviceName({ kind: 'interface', mac: nic.mac });
    const limits = asked.get(path);
    if (nic.dev === undefined || !ovsPorts.has(nic.dev)) return [];
    const isLimited = [limits ?? {}, nic.bandwidth].some(one => Object.keys(one).length > 0);
    const policy = isLimited ? besidePolicy(ovs, nic) : undefined;
    if (policy !== undefined) {
      const what = neutronPort(ovs, nic.dev)?.isSure === true ? SURELY : PERHAPS;
      return [warning('policy-beside-vif-quota', path, { dev: nic.dev, policy, what })];
    }
    return limits?.['outbound.average'] === undefined ? [] : undoneFinding(ovs, nic, path);
  });
}

const SURELY = 'a QoS policy of Neutron';
const PERHAPS = 'what seems to be a QoS policy of Neutron';

/** Whether it is told of policing that may be anybody's. */
export function isPerhaps({ args }: Diagnostic): boolean {
  return args?.what === PERHAPS;
}

/** The policy of Neutron that a port has whose interface is limited otherwise too, in its own numbers. */
export function besidePolicy(ovs: OvsState, nic: InterfaceDefinition): string | undefined {
  const defined = interfaceEnforcer(nic) === 'ovs' ? ovsPortLimits(nic.bandwidth).outbound?.rate : undefined;
  return nic.dev === undefined ? undefined : neutronPolicy(ovs, nic.dev, defined)?.text;
}

/** Where only Nova's traces are there it is said when the columns are what would be written. */
function undoneFinding(ovs: OvsState, nic: InterfaceDefinition, path: string): readonly Diagnostic[] {
  const { dev = '', ovsNative } = nic;
  const port = neutronPort(ovs, dev);
  if (port === undefined || !(port.isSure || ovsNative !== undefined)) return [];
  return [warning('neutron-undoes-it', path, undoneArgs(port, dev))];
}

/** What is said of a port whose policing columns Neutron's agent sets to 0. */
export function undoneArgs(port: NonNullable<ReturnType<typeof neutronPort>>, dev: string) {
  const { evidence, portId = 'PORT', isSure } = port;
  return { dev, port: portId, evidence: evidence.join(', '), who: isSure ? 'looks after' : 'may look after' };
}

function warning(code: Diagnostic['code'], path: string, args: NonNullable<Diagnostic['args']>): Diagnostic {
  return { code, severity: 'warning', path, args };
}

import type { Diagnostic } from '../diagnostics.ts';
import type { DomainDefinition, InterfaceDefinition } from '../domain/definition.ts';
import { interfaceRef } from '../domain/interface-identity.ts';
import { type DomainTuning, deviceName } from '../domain/tuning.ts';
import type { HostFacts } from './host-facts.ts';

/**
 * Marks the `ethernet` taps that are ports of Open vSwitch and are to be limited in its database: all of them when that
 * was asked for, and always those that are limited there already, by us and for this domain.
 */
export function markOvsNative(
  definition: DomainDefinition,
  facts: HostFacts,
  isAsked: boolean,
): DomainDefinition {
  if (!definition.interfaces.some(nic => holderOf(nic, facts) !== undefined)) return definition;
  const mark = (nic: InterfaceDefinition): InterfaceDefinition => {
    const holder = holderOf(nic, facts);
    if (holder === undefined || !(isAsked || holder.owner === definition.uuid)) return nic;
    return { ...nic, ovsNative: { inbound: holder.inbound, outbound: holder.outbound } };
  };
  return { ...definition, interfaces: definition.interfaces.map(mark) };
}

/**
 * What is to be said of taps that are ports of Open vSwitch behind libvirt's back: limits that somebody else has put
 * there are not ours to replace, and without ours libvirt's do not last. While the database does not answer nothing is
 * written to a port.
 */
export function ovsNativeFindings(
  definition: DomainDefinition,
  facts: HostFacts,
  tuning: DomainTuning,
): readonly Diagnostic[] {
  const asked = new Set(tuning.map(one => deviceName(one.device)));
  return definition.interfaces.flatMap((nic): readonly Diagnostic[] => {
    const path = deviceName(interfaceRef(nic));
    const { dev = '' } = nic;
    const why = asked.has(path) ? facts.ovsSilent?.get(dev) : undefined;
    if (why !== undefined) return [{ code: 'ovs-silent', severity: 'warning', path, args: { dev, why } }];
    if (!asked.has(path) || nic.type !== 'ethernet' || !facts.ovsPorts.has(dev)) return [];
    if (nic.ovsNative === undefined) {
      return [{ code: 'ovs-port-unknown', severity: 'warning', path, args: { dev } }];
    }
    return (holderOf(nic, facts)?.foreign ?? []).map(holder => ({
      code: 'ovs-limited-by-other',
      severity: 'error',
      path,
      args: { dev, holder },
    }));
  });
}

function holderOf({ type, dev = '' }: InterfaceDefinition, { ovsHolders }: HostFacts) {
  return type === 'ethernet' ? ovsHolders?.get(dev) : undefined;
}

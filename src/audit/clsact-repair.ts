import type { DomainDefinition } from '../domain/definition.ts';
import { interfaceEnforcer, isOvsHeld } from '../domain/enforcement.ts';
import { findInterface } from '../domain/interface-identity.ts';
import { quoteArguments, virshCommands } from '../domain/virsh-commands.ts';
import type { HostFacts } from '../verify/host-facts.ts';
import type { Verdict } from '../verify/verdict.ts';
import type { Repair } from './finding.ts';

/**
 * Where clsact stands in the place of an ingress qdisc libvirt cannot write limits of the tap, nor can an apply: clsact
 * goes first, and libvirt makes everything anew. Where libvirt has nothing to write it stays.
 *
 * @see libvirt src/util/virnetdevbandwidth.c:virNetDevBandwidthSet
 */
export function clsactRepair(
  { layer, device, subject }: Verdict['expectation'],
  live: DomainDefinition | undefined,
  taps: HostFacts['taps'],
): Repair | undefined {
  if (layer !== 'tc' || live === undefined || !hasClsact(taps, subject)) return undefined;
  const nic = findInterface(live.interfaces, device);
  if (nic === undefined || isOvsHeld(interfaceEnforcer(nic))) return undefined;
  const wanted = { device, limits: nic.bandwidth, because: {} };
  const [again] = virshCommands(live.name, [wanted], { live: true, interfaces: live.interfaces });
  if (again === undefined) return undefined;
  const commands = [['tc', 'qdisc', 'del', 'dev', subject, 'clsact'], again].map(quoteArguments);
  const note = 'libvirt makes no ingress qdisc beside clsact, whose other filters go with it';
  return { argv: ['sh', '-c', commands.join(' && ')], note };
}

/** Whether a device has clsact, which takes the place of an ingress qdisc. */
export function hasClsact(taps: HostFacts['taps'], dev: string): boolean {
  return taps?.get(dev)?.qdiscs?.some(one => one.kind === 'clsact') === true;
}

import { type BandwidthParameter, bandwidthParameters } from '../domain/bandwidth.ts';
import type { DomainDefinition } from '../domain/definition.ts';
import type { Scope } from '../ports/hypervisor.ts';
import type { Verdict } from '../verify/verdict.ts';

/** Whether a link is one of a port that has its limits in rows of ours. */
export function isOnOurRows(
  { expectation: { device, layer } }: Verdict,
  { live }: Readonly<Partial<Record<Scope, DomainDefinition>>>,
): boolean {
  if (device.kind !== 'interface' || layer === 'config' || layer === 'live') return false;
  return live?.interfaces.some(one => one.mac === device.mac && one.ovsNative !== undefined) === true;
}

/**
 * Options of an apply that ask for the bandwidth that a definition has, where nobody says what is wanted; undefined: its
 * interfaces have not all the same, and one flavor cannot say that.
 */
export function bandwidthOptions({ interfaces }: DomainDefinition): readonly string[] | undefined {
  const limited = interfaces.filter(({ bandwidth }) => Object.keys(bandwidth).length > 0);
  const [first, ...others] = limited.map(({ bandwidth }) => textOf(bandwidth));
  if (first === undefined || limited.length < interfaces.length) return undefined;
  if (others.some(one => one.join() !== first.join())) return undefined;
  return first.flatMap(property => ['--property', property]);
}

function textOf(bandwidth: Readonly<Partial<Record<BandwidthParameter, number>>>): readonly string[] {
  return bandwidthParameters
    .filter(parameter => parameter !== 'inbound.floor' && (bandwidth[parameter] ?? 0) > 0)
    .map(parameter => `quota:vif_${parameter.replace('.', '_')}=${bandwidth[parameter]}`);
}

import type { Diagnostic } from '../diagnostics.ts';
import type { DomainDefinition } from '../domain/definition.ts';
import { type DomainTuning, deviceName } from '../domain/tuning.ts';
import type { HostFacts } from '../verify/host-facts.ts';
import type { Effective } from './claim.ts';
import { effectiveDomain } from './effective-domain.ts';
import { nicStates } from './host-state.ts';

/**
 * Where somebody else limits what is asked to be limited: a warning each, for the last writer wins and the other one will
 * write again. Limits of unknown owners are left to those who compare what is there with what shall be.
 */
export function rivals(
  definition: DomainDefinition,
  facts: HostFacts,
  asked: DomainTuning,
): readonly Diagnostic[] {
  const nics = nicStates(definition, facts);
  return effectiveDomain({ definition, groups: [], disks: [], nics }, asked).flatMap(rivalsOf);
}

function rivalsOf({ device, limited, asked, claims }: Effective): readonly Diagnostic[] {
  if (asked === undefined) return [];
  const others = claims.filter(
    ({ owner, value }) => value !== undefined && (owner === 'neutron' || owner === 'midonet'),
  );
  return others.map(({ owner, at, value = 0 }): Diagnostic => {
    const path = `${deviceName(device)}/${limited}`;
    const name = owner === 'neutron' ? "Neutron's agent" : 'MidoNet';
    return { code: 'limited-by-other-too', severity: 'warning', path, args: { owner: name, at, value } };
  });
}

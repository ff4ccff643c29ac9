import type { DomainDefinition } from '../domain/definition.ts';
import { deviceLimits, devicesIn } from '../domain/device-limits.ts';
import { findInterface } from '../domain/interface-identity.ts';
import { type DeviceRef, deviceSubject, type Limits, type Parameter } from '../domain/tuning.ts';
import { virshCommands } from '../domain/virsh-commands.ts';
import { lostAtRestart, pendingRestart } from './cause-definition.ts';
import type { AuditInput } from './domain-audit.ts';
import type { Finding } from './finding.ts';
import { effectOf } from './idle-limits.ts';

/**
 * Limits in which the two definitions differ, where nobody says which is meant: what comes and what goes with the next
 * start. Where a limit is asked for, both are judged against that.
 */
export function definitionDrift(input: AuditInput): readonly Finding[] {
  const { facts } = input;
  const { live, config } = input.definitions;
  if (input.source !== 'libvirt' || live === undefined || config === undefined) return [];
  return devicesIn(live).flatMap(device => {
    const [now, then] = [deviceLimits(live, device), deviceLimits(config, device)];
    if (now === undefined || then === undefined || isWorkedOut(device, config, then)) return [];
    const names = [...new Set([...Object.keys(now), ...Object.keys(then)])] as Parameter[];
    return names
      .filter(name => {
        const [one, other] = [effectOf(name, now, facts), effectOf(name, then, facts)];
        // A period comes and goes with its quota, which is a finding of its own.
        const isApart = !name.endsWith('_period') || (one !== 0 && other !== 0);
        return one !== other && isApart;
      })
      .map(name => findingOf({ device, parameter: name, now, then }, input));
  });
}

/**
 * What libvirt itself works out or rounds on the way to the running domain: weights of BFQ, and the limits of its
 * network's port group, which an interface gets that has none of its own. Running it may be of another type (`bridge`).
 *
 * @see libvirt src/conf/domain_conf.c:virDomainNetDefActualFromNetworkPort
 */
function isWorkedOut(device: DeviceRef, { interfaces }: DomainDefinition, then: Limits): boolean {
  if (device.kind === 'blkio' || device.kind === 'host-device') return true;
  const nic = findInterface(interfaces, device);
  return nic?.type === 'network' && Object.keys(then).length === 0;
}

interface Drift {
  readonly device: DeviceRef;
  readonly parameter: Parameter;
  readonly now: Limits;
  readonly then: Limits;
}

function findingOf(
  { device, parameter, now, then }: Drift,
  { domain, facts, definitions }: AuditInput,
): Finding {
  const comes = effectOf(parameter, then, facts) !== 0;
  const [layer, expected, observed] = comes
    ? (['live', then, now] as const)
    : (['config', now, then] as const);
  const value = expected[parameter];
  const found = observed[parameter];
  const whole = device.kind === 'disk' || device.kind === 'interface' ? expected : { [parameter]: value };
  const [argv] = virshCommands(domain.name, [{ device, limits: whole as Limits, because: {} }], {
    [layer]: true,
    interfaces: definitions[layer]?.interfaces ?? [],
  });
  return {
    ...(comes ? pendingRestart : lostAtRestart),
    severity: 'warning',
    device,
    parameters: [parameter],
    because: [],
    layer,
    subject: deviceSubject(device),
    knob: parameter,
    ...(value !== undefined && { expected: { value } }),
    ...(found !== undefined && { observed: { value: found } }),
    evidence: {
      source: `virDomainGetXMLDesc(${layer})`,
      text: found === undefined ? `no ${parameter}` : `${parameter}=${found}`,
    },
    ...(argv && { repair: { argv } }),
  };
}

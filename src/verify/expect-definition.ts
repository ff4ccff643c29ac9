import type { InterfaceDefinition } from '../domain/definition.ts';
import {
  type DeviceTuning,
  deviceName,
  deviceSubject,
  type LimitName,
  type Parameter,
} from '../domain/tuning.ts';
import type { Scope } from '../ports/hypervisor.ts';
import { weightTolerance } from './expect-resources.ts';
import type { Expectation } from './expectation.ts';
import type { HostFacts } from './host-facts.ts';
import { isUnlimited, limitOf } from './unlimited.ts';

/** What is asked of one of libvirt's definitions. */
export interface AskedOfDefinition {
  readonly scope: Scope;
  readonly asked: DeviceTuning;
  /** Whether the definition has the device at all. */
  readonly hasDevice: boolean;
  /** The device, if it is an interface. */
  readonly nic?: InterfaceDefinition;
  readonly facts: HostFacts;
}

/** One of libvirt's definitions must have every limit asked for: a knob per typed parameter, as libvirt counts. */
export function expectDefinition({
  scope,
  asked,
  hasDevice,
  nic,
  facts,
}: AskedOfDefinition): readonly Expectation[] {
  const base = { layer: scope, device: asked.device, subject: deviceSubject(asked.device) } as const;
  const all = Object.keys(asked.limits) as LimitName[];
  const parameters = all.filter(parameter => isKept(asked, parameter, nic));
  if (!hasDevice) {
    const which = scope === 'live' ? 'the running domain' : 'the persistent definition';
    const impossible = `${which} has no ${deviceName(asked.device)}`;
    const because = [...new Set(Object.values(asked.because))];
    return [{ ...base, knob: 'device', parameters, because, impossible }];
  }
  return parameters.map(parameter => {
    const value = asked.limits[parameter];
    const key = asked.because[parameter];
    return {
      layer: scope,
      device: asked.device,
      subject: deviceSubject(asked.device),
      knob: parameter,
      parameters: [parameter],
      because: key === undefined ? [] : [key],
      ...(value !== undefined && !isUnlimited(parameter, value) && { expected: { value } }),
      ...(scope === 'live' && parameter === 'weight' && weightTolerance(asked.limits.weight, facts)),
    };
  });
}

/** Whether libvirt keeps what was asked, and something comes of it. */
function isKept(asked: DeviceTuning, parameter: LimitName, nic: InterfaceDefinition | undefined): boolean {
  if (asked.device.kind !== 'interface') {
    // A running domain's shares and periods cannot be unset: 0 asks for nothing.
    const settable = parameter === 'cpu_shares' || parameter.endsWith('_period');
    return !settable || asked.limits[parameter] !== 0;
  }
  const direction = parameter.startsWith('inbound') ? 'inbound' : 'outbound';
  // The peak of the direction that is policed; nothing ever comes of it.
  const ignoredPeak: Parameter = nic?.type === 'direct' ? 'inbound.peak' : 'outbound.peak';
  if (parameter === ignoredPeak) return false;
  if (parameter === 'inbound.floor') return true;
  return parameter.endsWith('.average') || limitOf(asked.limits, `${direction}.average`) !== undefined;
}

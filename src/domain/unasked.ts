import { quotaKeys } from '../intent/quota-keys.ts';
import type { DomainDefinition, InterfaceDefinition } from './definition.ts';
import { interfaceRef } from './interface-identity.ts';
import { type DeviceRef, type DomainTuning, deviceName, type Limits, type Parameter } from './tuning.ts';
import { isVolume } from './volume.ts';

/** A device with limits that a flavor can ask for and that are not asked for. */
export interface UnaskedLimits {
  readonly device: DeviceRef;
  /** All its limits. */
  readonly defined: Limits;
  /** Those for which nobody asks; may be none. */
  readonly extra: readonly Parameter[];
}

/** Every limit that a flavor can ask for. */
const flavorParameters: readonly Parameter[] = quotaKeys.flatMap(entry =>
  entry.consumer === 'libvirt' ? [entry.parameter] : [],
);

/**
 * Looks through the devices that a flavor limits. Limits that no flavor has (emulator, iothread, bursts with a base of
 * their own) are nobody's business here, and neither are volumes of which the tuning says nothing.
 */
export function unaskedLimits(domain: DomainDefinition, tuning: DomainTuning): readonly UnaskedLimits[] {
  const askedOf = (device: DeviceRef) =>
    tuning.find(one => deviceName(one.device) === deviceName(device))?.limits;
  const devices: readonly Omit<UnaskedLimits, 'extra'>[] = [
    { device: { kind: 'cpu' }, defined: domain.cputune },
    ...domain.disks
      .map(disk => ({ disk, device: { kind: 'disk', target: disk.target } as const }))
      .filter(({ disk, device }) => !isVolume(disk) || askedOf(device) !== undefined)
      .map(({ disk, device }) => ({ device, defined: disk.iotune })),
    ...domain.interfaces.map(nic => ({
      device: interfaceRef(nic),
      defined: { ...oursIn(nic), ...nic.bandwidth },
    })),
  ];
  return devices.map(({ device, defined }) => ({
    device,
    defined,
    extra: flavorParameters.filter(
      parameter => defined[parameter] && askedOf(device)?.[parameter] === undefined,
    ),
  }));
}

/** Directions that are limited in Open vSwitch's database alone, as averages: what is not 0 is taken away. */
function oursIn({ ovsNative }: InterfaceDefinition): Limits {
  return {
    ...(ovsNative?.inbound === true && { 'inbound.average': 1 }),
    ...(ovsNative?.outbound === true && { 'outbound.average': 1 }),
  };
}

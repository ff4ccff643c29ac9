import type { DomainDefinition } from '../domain/definition.ts';
import type { DeviceRef, Limits } from '../domain/tuning.ts';

/** The limits that a definition gives a device; undefined when it has no such device. */
export function definedLimits(definition: DomainDefinition, device: DeviceRef): Limits | undefined {
  switch (device.kind) {
    case 'cpu':
      return definition.cputune;
    case 'disk':
      return definition.disks.find(disk => disk.target === device.target)?.iotune;
    case 'interface':
      return definition.interfaces.find(nic => nic.mac === device.mac)?.bandwidth;
  }
}

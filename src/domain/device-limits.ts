import type { DomainDefinition } from './definition.ts';
import { findInterface, interfaceRef } from './interface-identity.ts';
import type { DeviceRef, Limits } from './tuning.ts';

/** Everything in a definition that can be limited, the whole domain first. */
export function devicesIn({ hostDevices, disks, interfaces }: DomainDefinition): readonly DeviceRef[] {
  return [
    { kind: 'cpu' },
    { kind: 'memory' },
    { kind: 'blkio' },
    ...hostDevices.map(({ path }) => ({ kind: 'host-device', path }) as const),
    ...disks.map(({ target }) => ({ kind: 'disk', target }) as const),
    ...interfaces.map(interfaceRef),
  ];
}

/**
 * The limits that a definition gives a device; undefined when it has no such device. Every domain has the whole-domain
 * ones, and any block device of the host, whether or not something limits them.
 */
export function deviceLimits(definition: DomainDefinition, device: DeviceRef): Limits | undefined {
  switch (device.kind) {
    case 'cpu':
      return definition.cputune;
    case 'memory':
      return definition.memtune;
    case 'blkio':
      return definition.blkiotune;
    case 'host-device':
      return definition.hostDevices.find(one => one.path === device.path)?.limits ?? {};
    case 'disk':
      return definition.disks.find(disk => disk.target === device.target)?.iotune;
    case 'interface':
      return findInterface(definition.interfaces, device)?.bandwidth;
  }
}

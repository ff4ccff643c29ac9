import { type BandwidthParameter, bandwidthParameters } from '../domain/bandwidth.ts';
import { hostDeviceParameters } from '../domain/blkiotune.ts';
import { cpuTuneParameters } from '../domain/cputune.ts';
import type { DomainDefinition } from '../domain/definition.ts';
import { deviceLimits } from '../domain/device-limits.ts';
import { interfaceName } from '../domain/interface-identity.ts';
import { ioTuneParameters } from '../domain/iotune.ts';
import { limitText } from '../domain/limit-field.ts';
import { memTuneParameters } from '../domain/memtune.ts';
import type { LimitName, Limits } from '../domain/tuning.ts';
import type { Scope } from '../ports/hypervisor.ts';
import type { Reading } from '../verify/reading.ts';
import { isUnlimited } from '../verify/unlimited.ts';

/**
 * What one of libvirt's definitions says: a reading per device and typed parameter; without values: no limit.
 *
 * @param hostDevices block devices of the host to be told of, limited or not
 */
export function observeDefinition(
  scope: Scope,
  definition: DomainDefinition,
  hostDevices: readonly string[] = [],
): readonly Reading[] {
  const paths = new Set([...definition.hostDevices.map(one => one.path), ...hostDevices]);
  return [
    ...readingsOf(scope, 'cpu', cpuTuneParameters, definition.cputune),
    ...readingsOf(scope, 'memory', memTuneParameters, definition.memtune),
    ...readingsOf(scope, 'blkio', ['weight'], definition.blkiotune),
    ...[...paths].flatMap(path =>
      readingsOf(
        scope,
        path,
        hostDeviceParameters,
        deviceLimits(definition, { kind: 'host-device', path }) ?? {},
      ),
    ),
    ...definition.disks.flatMap(disk =>
      readingsOf(scope, disk.target, [...ioTuneParameters, 'group_name'], disk.iotune),
    ),
    ...definition.interfaces.flatMap(nic =>
      readingsOf<BandwidthParameter>(scope, interfaceName(nic), bandwidthParameters, nic.bandwidth),
    ),
  ];
}

function readingsOf<P extends LimitName>(
  scope: Scope,
  subject: string,
  parameters: readonly P[],
  limits: Limits,
): readonly Reading[] {
  return parameters.map(parameter => {
    const value = limits[parameter];
    const limited = value !== undefined && !isUnlimited(parameter, value);
    return {
      layer: scope,
      subject,
      knob: parameter,
      ...(limited && { values: { value } }),
      evidence: {
        source: `virDomainGetXMLDesc(${scope})`,
        text: value === undefined ? `no ${parameter}` : `${parameter}=${limitText(value)}`,
      },
    };
  });
}

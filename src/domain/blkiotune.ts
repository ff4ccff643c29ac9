import { hostDeviceBytes, hostDeviceOperations, ioWeightV2 } from '../ranges.ts';
import { childOf, childrenOf, type XmlElement } from '../xml/element.ts';
import { type LimitField, limitsFrom } from './limit-field.ts';

/** `<blkiotune>` weight of a whole domain against its siblings; no unit, see `capabilities.ts` for its range. */
export type BlkioTuneParameter = 'weight';

/**
 * `<blkiotune><device>` limits on one block device *of the host*, whatever disk of the guest uses it. 0 = no limit.
 *
 * - `device_weight`: like `weight`, on this device.
 * - `device_*_bytes_sec`: bytes/s; `device_*_iops_sec`: operations/s, unsigned 32 bit.
 */
export type HostDeviceParameter = 'device_weight' | `device_${'read' | 'write'}_${'bytes' | 'iops'}_sec`;

/** A domain's weight; left out: the kernel's default. */
export type BlkioTune = Readonly<Partial<Record<BlkioTuneParameter, number>>>;

/** The limits on one block device of the host. */
export type HostDeviceTune = Readonly<Partial<Record<HostDeviceParameter, number>>>;

/** One `<device>` of `<blkiotune>`. */
export interface HostDeviceDefinition {
  /** As the XML has it: `/dev/sda`. */
  readonly path: string;
  readonly limits: HostDeviceTune;
}

const bytes = { type: 'ullong', ...hostDeviceBytes } as const;
const operations = { type: 'uint', ...hostDeviceOperations } as const;
const weight = { type: 'uint', ...ioWeightV2 } as const;

/** The one limit of `<blkiotune>` itself. */
export const blkioTuneFields: readonly LimitField<BlkioTuneParameter>[] = [
  { parameter: 'weight', xmlName: 'weight', ...weight },
];

/** All limits of a `<device>`, in libvirt's order. */
export const hostDeviceFields: readonly LimitField<HostDeviceParameter>[] = [
  { parameter: 'device_weight', xmlName: 'weight', ...weight },
  { parameter: 'device_read_iops_sec', xmlName: 'read_iops_sec', ...operations },
  { parameter: 'device_write_iops_sec', xmlName: 'write_iops_sec', ...operations },
  { parameter: 'device_read_bytes_sec', xmlName: 'read_bytes_sec', ...bytes },
  { parameter: 'device_write_bytes_sec', xmlName: 'write_bytes_sec', ...bytes },
];

/** Names of all parameters of a host's device. */
export const hostDeviceParameters: readonly HostDeviceParameter[] = hostDeviceFields.map(
  field => field.parameter,
);

/** The weight in a `<blkiotune>`. @throws QuotaError */
export function readBlkioTune(blkiotune: XmlElement | undefined): BlkioTune {
  return limitsFrom(blkioTuneFields, field => childOf(blkiotune, field.xmlName)?.text);
}

/** The `<device>` elements of a `<blkiotune>`, those without a path left out. @throws QuotaError */
export function readHostDevices(blkiotune: XmlElement | undefined): readonly HostDeviceDefinition[] {
  return childrenOf(blkiotune, 'device').flatMap(device => {
    const path = childOf(device, 'path')?.text;
    return path ? [{ path, limits: readHostDevice(device) }] : [];
  });
}

/** The limits in one `<device>`. @throws QuotaError */
export function readHostDevice(device: XmlElement | undefined): HostDeviceTune {
  return limitsFrom(hostDeviceFields, field => childOf(device, field.xmlName)?.text);
}

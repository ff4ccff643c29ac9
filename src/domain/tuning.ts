import type { BandwidthParameter } from './bandwidth.ts';
import type { BlkioTuneParameter, HostDeviceParameter } from './blkiotune.ts';
import type { CpuTuneParameter } from './cputune.ts';
import type { IoTuneParameter } from './iotune.ts';
import type { MemTuneParameter } from './memtune.ts';

/** A limit by the name that libvirt's typed parameter has; the same name in every layer of this program. */
export type Parameter =
  | CpuTuneParameter
  | MemTuneParameter
  | BlkioTuneParameter
  | HostDeviceParameter
  | IoTuneParameter
  | BandwidthParameter;

/** Everything that limits have: the numbers, and the one text, a disk's throttle group. */
export type LimitName = Parameter | 'group_name';

/** Limits of one device. A parameter that is left out is not limited (and was not asked for). */
export type Limits = Readonly<Partial<Record<Parameter, number>>> & {
  /** Disks only: shares its bucket with all disks of this name. */
  readonly group_name?: string;
};

/**
 * What a limit is put on. Disks go by target (`vda`), interfaces by MAC: both survive in every definition. An `id`
 * tells interfaces with one MAC apart (`vnet1`, `ua-backup0`, `0000:00:03.0`); those that have theirs alone have none.
 * `cpu`, `memory` and `blkio` are the whole domain; a `host-device` is what a domain may do with a block device of the
 * host.
 */
export type DeviceRef =
  | { readonly kind: 'cpu' }
  | { readonly kind: 'memory' }
  | { readonly kind: 'blkio' }
  | { readonly kind: 'host-device'; readonly path: string }
  | { readonly kind: 'disk'; readonly target: string }
  | { readonly kind: 'interface'; readonly mac: string; readonly id?: string };

/** The limits wanted for one device, each with what asked for it. */
export interface DeviceTuning {
  readonly device: DeviceRef;
  readonly limits: Limits;
  /** Parameter → the key that asked for it (`quota:cpu_shares`). */
  readonly because: Readonly<Partial<Record<LimitName, string>>>;
}

/** What a whole domain shall have: at most one entry per device, only devices for which something was asked. */
export type DomainTuning = readonly DeviceTuning[];

/** What a device is called where its kind is plain: `cpu`, `vda`, a MAC (`52:54:…@vnet1` where others have the same), `/dev/sda`. */
export function deviceSubject(device: DeviceRef): string {
  switch (device.kind) {
    case 'disk':
      return device.target;
    case 'interface':
      return device.id === undefined ? device.mac : `${device.mac}@${device.id}`;
    case 'host-device':
      return device.path;
    default:
      return device.kind;
  }
}

/** `cpu`, `disk vda`, `interface 52:54:00:00:00:01`, `host-device /dev/sda`: a device in text and as a map key. */
export function deviceName(device: DeviceRef): string {
  const subject = deviceSubject(device);
  return subject === device.kind ? subject : `${device.kind} ${subject}`;
}

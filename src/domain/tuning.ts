import type { BandwidthParameter } from './bandwidth.ts';
import type { CpuTuneParameter } from './cputune.ts';
import type { IoTuneParameter } from './iotune.ts';

/** A limit by the name that libvirt's typed parameter has; the same name in every layer of this program. */
export type Parameter = CpuTuneParameter | IoTuneParameter | BandwidthParameter;

/** Everything that limits have: the numbers, and the one text, a disk's throttle group. */
export type LimitName = Parameter | 'group_name';

/** Limits of one device. A parameter that is left out is not limited (and was not asked for). */
export type Limits = Readonly<Partial<Record<Parameter, number>>> & {
  /** Disks only: shares its bucket with all disks of this name. */
  readonly group_name?: string;
};

/** What a limit is put on. Disks go by target (`vda`), interfaces by MAC: both survive in every definition. */
export type DeviceRef =
  | { readonly kind: 'cpu' }
  | { readonly kind: 'disk'; readonly target: string }
  | { readonly kind: 'interface'; readonly mac: string };

/** The limits wanted for one device, each with what asked for it. */
export interface DeviceTuning {
  readonly device: DeviceRef;
  readonly limits: Limits;
  /** Parameter → the key that asked for it (`quota:cpu_shares`). */
  readonly because: Readonly<Partial<Record<LimitName, string>>>;
}

/** What a whole domain shall have: at most one entry per device, only devices for which something was asked. */
export type DomainTuning = readonly DeviceTuning[];

/** `cpu`, `disk vda`, `interface 52:54:00:00:00:01`: a device in text and as a map key. */
export function deviceName(device: DeviceRef): string {
  if (device.kind === 'cpu') return 'cpu';
  return device.kind === 'disk' ? `disk ${device.target}` : `interface ${device.mac}`;
}

import {
  cpuPeriod,
  cpuQuota,
  diskBurstLength,
  diskBytes,
  diskOperationSize,
  diskOperations,
  hostDeviceBytes,
  hostDeviceOperations,
  ioWeightV2,
  memoryAmount,
  networkRateLive,
} from '../ranges.ts';
import type { OwnParameter } from './own-quota.ts';

/** What every key of the catalogue says. */
interface OwnKeyBase {
  /** The extra spec; in an options file the part before the colon may be left out. */
  readonly key: `virt-quota:${string}`;
  /** Which element it lands in. */
  readonly element: 'cputune' | 'iotune' | 'bandwidth' | 'memtune' | 'blkiotune';
  readonly unit: string;
  /** Where libvirt, QEMU or the kernel does that. */
  readonly source: string;
}

/** A number, or (`perDevice`) one for each of some block devices of the host: `/dev/sda=1048576,/dev/sdb=2097152`. */
export interface OwnNumberKey extends OwnKeyBase {
  readonly form: 'number' | 'per-device';
  /** libvirt's typed parameter. */
  readonly parameter: OwnParameter;
  /** What some host takes at least. `apply` knows the host's own range. */
  readonly min: number;
  readonly max: number;
  /** Whether 0 (for quotas also a negative number) is allowed and takes the limit away. */
  readonly canLift: boolean;
}

/** A text: the name of a group of disks. */
export interface OwnNameKey extends OwnKeyBase {
  readonly form: 'name';
  readonly parameter: 'group_name';
}

/** One key of our own namespace, for limits that Nova has no key for. */
export type OwnKey = OwnNumberKey | OwnNameKey;

/** What every key of ours begins with. */
export const ownNamespace = 'virt-quota:';

const cpuKeys = (['emulator', 'iothread', 'global'] as const).flatMap((group): readonly OwnKey[] => [
  {
    key: `virt-quota:${group}_period`,
    form: 'number',
    element: 'cputune',
    parameter: `${group}_period`,
    ...cpuPeriod,
    canLift: true,
    source: 'libvirt src/util/vircgroup.c:virCgroupSetCpuCfsPeriod',
  },
  {
    key: `virt-quota:${group}_quota`,
    form: 'number',
    element: 'cputune',
    parameter: `${group}_quota`,
    ...cpuQuota,
    canLift: true,
    source: 'libvirt src/util/vircgroup.c:virCgroupSetCpuCfsQuota',
  },
]);

const throttle = {
  form: 'number',
  element: 'iotune',
  canLift: true,
  source: 'QEMU util/throttle.c:throttle_is_valid',
} as const;

const families = (['bytes', 'iops'] as const).flatMap(what =>
  (['read', 'write', 'total'] as const).map(direction => `${direction}_${what}_sec` as const),
);

const diskKeys: readonly OwnKey[] = [
  ...families.map(
    (family): OwnKey => ({
      key: `virt-quota:disk_${family}_max`,
      parameter: `${family}_max`,
      ...(family.includes('bytes') ? diskBytes : diskOperations),
      ...throttle,
    }),
  ),
  ...families.map(
    (family): OwnKey => ({
      key: `virt-quota:disk_${family}_max_length`,
      parameter: `${family}_max_length`,
      ...diskBurstLength,
      ...throttle,
    }),
  ),
  { key: 'virt-quota:disk_size_iops_sec', parameter: 'size_iops_sec', ...diskOperationSize, ...throttle },
  {
    key: 'virt-quota:disk_group_name',
    form: 'name',
    element: 'iotune',
    parameter: 'group_name',
    unit: '',
    source: 'QEMU block/throttle-groups.c',
  },
];

const interfaceKeys: readonly OwnKey[] = [
  {
    key: 'virt-quota:vif_inbound_floor',
    form: 'number',
    element: 'bandwidth',
    parameter: 'inbound.floor',
    ...networkRateLive,
    canLift: true,
    source: 'libvirt src/network/bridge_driver.c:networkCheckBandwidth',
  },
];

const memoryKeys = (['hard_limit', 'soft_limit', 'swap_hard_limit'] as const).map(
  (parameter): OwnKey => ({
    key: `virt-quota:memory_${parameter}`,
    form: 'number',
    element: 'memtune',
    parameter,
    ...memoryAmount,
    canLift: true,
    source: 'libvirt src/qemu/qemu_driver.c:qemuDomainSetMemoryParameters',
  }),
);

const weight = { element: 'blkiotune', ...ioWeightV2, canLift: false } as const;

const blkioKeys: readonly OwnKey[] = [
  {
    key: 'virt-quota:blkio_weight',
    form: 'number',
    parameter: 'weight',
    source: 'libvirt src/util/vircgroup.c:virCgroupSetBlkioWeight',
    ...weight,
  },
  {
    key: 'virt-quota:blkio_device_weight',
    form: 'per-device',
    parameter: 'device_weight',
    source: 'libvirt src/util/vircgroup.c:virCgroupSetBlkioDeviceWeight',
    ...weight,
  },
  ...families
    .filter(family => !family.startsWith('total'))
    .map(
      (family): OwnKey => ({
        key: `virt-quota:blkio_device_${family}`,
        form: 'per-device',
        element: 'blkiotune',
        parameter: `device_${family as 'read_bytes_sec'}`,
        ...(family.includes('bytes') ? hostDeviceBytes : hostDeviceOperations),
        canLift: true,
        source: 'linux block/blk-throttle.c:tg_set_limit',
      }),
    ),
];

/** All keys of our namespace, in the order of the elements that they land in. */
export const ownKeys: readonly OwnKey[] = [
  ...cpuKeys,
  ...memoryKeys,
  ...blkioKeys,
  ...diskKeys,
  ...interfaceKeys,
];

const byKey: ReadonlyMap<string, OwnKey> = new Map(ownKeys.map(entry => [entry.key, entry]));

/** The catalogue entry of a key; undefined: there is no such key. */
export function findOwnKey(key: string): OwnKey | undefined {
  return byKey.get(key);
}

/** Extra specs in which a key without any namespace gets ours. */
export function withNamespace(
  extraSpecs: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const specs: Record<string, string> = Object.create(null);
  for (const [key, value] of Object.entries(extraSpecs)) {
    specs[key.includes(':') ? key : ownNamespace + key] = value;
  }
  return specs;
}

/**
 * What a limit may be, each number written once: the catalogue of extra specs, libvirt's fields, the checks, the
 * schemas and the tables for people all take it from here. What means "not set" (0, and for quotas everything negative)
 * is not within the range.
 */
export interface Range {
  /** Empty for a weight. */
  readonly unit: string;
  /** Smallest and largest value that limits something, both allowed. */
  readonly min: number;
  readonly max: number;
}

/** Weight of a machine on cgroup v1. @see libvirt src/util/vircgroup.h:VIR_CGROUP_CPU_SHARES_MIN */
export const cpuSharesV1: Range = { unit: '', min: 2, max: 262_144 };

/** Weight of a machine on cgroup v2. @see libvirt src/util/vircgroup.h:VIR_CGROUPV2_WEIGHT_MIN */
export const cpuWeightV2: Range = { unit: '', min: 1, max: 10_000 };

/** How often a quota is counted. @see libvirt src/util/vircgroup.h:VIR_CGROUP_CPU_PERIOD_MIN */
export const cpuPeriod: Range = { unit: 'µs', min: 1000, max: 1_000_000 };

/** CPU time per period; the largest one reads back for "no limit". @see libvirt src/util/vircgroup.h:VIR_CGROUP_CPU_QUOTA_MAX */
export const cpuQuota: Range = { unit: 'µs per period', min: 1000, max: 17_592_186_044_415 };

/** QEMU's largest throttle value. @see QEMU include/qemu/throttle.h:THROTTLE_VALUE_MAX */
const throttle = { min: 1, max: 1_000_000_000_000_000 } as const;

/** Bytes that a disk may read or write. */
export const diskBytes: Range = { unit: 'bytes/s', ...throttle };

/** Requests that a disk may take. */
export const diskOperations: Range = { unit: 'operations/s', ...throttle };

/** How long a disk may exceed its limit. */
export const diskBurstLength: Range = { unit: 's', ...throttle };

/** Bytes that count as one operation of a disk. */
export const diskOperationSize: Range = { unit: 'bytes', ...throttle };

/** Network rates on a running domain: unsigned 32 bit. @see libvirt src/qemu/qemu_driver.c:qemuDomainSetInterfaceParameters */
export const networkRateLive: Range = { unit: 'kB/s', min: 1, max: 4_294_967_295 };

/** Network rates in XML: unsigned 64 bit, of which we hold those that are exact. */
export const networkRate: Range = { ...networkRateLive, max: Number.MAX_SAFE_INTEGER };

/** The rate of a class: before libvirt 11.3 htb's 32 bit quantum comes of it, and tc refuses a larger one. */
export const networkShapedRate: Range = { ...networkRateLive, max: 50_331_647_999 };

/** Network bursts: tc counts them in 32 bits of bytes. @see iproute2 tc/tc_util.c:get_size */
export const networkBurst: Range = { unit: 'KiB', min: 1, max: 4_194_303 };

/** Memory; the largest number of KiB that libvirt has stands for "no limit". @see libvirt VIR_DOMAIN_MEMORY_PARAM_UNLIMITED */
export const memoryAmount: Range = { unit: 'KiB', min: 1, max: Number.MAX_SAFE_INTEGER - 1 };

/** Weight of block I/O on cgroup v2. @see linux include/linux/cgroup.h:CGROUP_WEIGHT_MIN */
export const ioWeightV2: Range = { unit: '', min: 1, max: 10_000 };

/** Weight of block I/O on cgroup v1. @see systemd src/basic/cgroup-util.h:CGROUP_BLKIO_WEIGHT_MIN */
export const ioWeightV1: Range = { unit: '', min: 10, max: 1000 };

/** Bytes to or from a block device of the host; the kernel takes 64 bits, of which we hold those that are exact. */
export const hostDeviceBytes: Range = { unit: 'bytes/s', min: 1, max: Number.MAX_SAFE_INTEGER };

/** Requests to a block device of the host: unsigned 32 bit. @see linux block/blk-throttle.c:tg_set_limit */
export const hostDeviceOperations: Range = { unit: 'operations/s', min: 1, max: 4_294_967_295 };

import {
  cpuPeriod,
  cpuQuota,
  cpuSharesV1,
  cpuWeightV2,
  diskBytes,
  diskOperations,
  networkBurst,
  networkRate,
  networkShapedRate,
  type Range,
} from '../ranges.ts';

/** A number that Nova's libvirt driver turns into a limit. */
export interface LibvirtQuotaKey {
  /** The extra spec. */
  readonly key: `quota:${string}`;
  readonly consumer: 'libvirt';
  /** Which element it lands in, and what that is put on. */
  readonly element: 'cputune' | 'iotune' | 'bandwidth';
  /** libvirt's typed parameter. */
  readonly parameter: QuotaParameter;
  readonly unit: string;
  /** Smallest value that Nova's API takes since microversion 2.86; absent: any. It has no largest one. */
  readonly apiMin?: 0;
  /** What libvirt, QEMU and tc take on some host at least, besides what means "not set". */
  readonly min: number;
  readonly max: number;
  /** On which hosts not all of that. Absent: on every one all of it. */
  readonly where?: string;
  /** What says "no limit" besides: 0, or 0 and everything negative. Absent: nothing does. */
  readonly lifted?: 'zero' | 'zero-or-negative';
  /** How the value gets into the XML: through Python's `int()`, or copied as it is. */
  readonly copied: 'as-int' | 'verbatim';
  /** The parameter without which Nova leaves this one out; an average needs itself, to be more than empty. */
  readonly needs?: 'inbound.average' | 'outbound.average';
  /** Where Nova does that. */
  readonly source: string;
}

/** An extra spec that only Nova's VMware driver reads. */
export interface VmwareQuotaKey {
  readonly key: `quota:${string}`;
  readonly consumer: 'vmware';
  readonly unit: string;
  readonly apiMin?: 0;
  /** The words that Nova's API takes, where it is no number. */
  readonly apiWords?: readonly string[];
  /** Where Nova does that. */
  readonly source: string;
}

/** One extra spec of Nova's `quota:` namespace. @see nova nova/api/validation/extra_specs/quota.py */
export type QuotaKey = LibvirtQuotaKey | VmwareQuotaKey;

/** CPU limits that a flavor can ask for. */
export type CpuQuotaParameter = 'cpu_shares' | 'vcpu_period' | 'vcpu_quota';
/** Disk limits that a flavor can ask for. */
export type DiskQuotaParameter = `${'read' | 'write' | 'total'}_${'bytes' | 'iops'}_sec`;
/** Interface limits that a flavor can ask for. */
export type InterfaceQuotaParameter = `${'inbound' | 'outbound'}.${'average' | 'peak' | 'burst'}`;
/** Any limit that a flavor can ask for, by its typed parameter. */
export type QuotaParameter = CpuQuotaParameter | DiskQuotaParameter | InterfaceQuotaParameter;

const cputune = {
  consumer: 'libvirt',
  element: 'cputune',
  copied: 'as-int',
  source: 'nova/virt/libvirt/driver.py:_update_guest_cputune',
} as const;

const cpuKeys: readonly LibvirtQuotaKey[] = [
  {
    key: 'quota:cpu_shares',
    parameter: 'cpu_shares',
    apiMin: 0,
    ...cpuSharesV1,
    min: cpuWeightV2.min,
    where: `cgroup v1 from ${cpuSharesV1.min}, v2 up to ${cpuWeightV2.max}`,
    ...cputune,
  },
  { key: 'quota:cpu_period', parameter: 'vcpu_period', apiMin: 0, ...cpuPeriod, lifted: 'zero', ...cputune },
  { key: 'quota:cpu_quota', parameter: 'vcpu_quota', ...cpuQuota, lifted: 'zero-or-negative', ...cputune },
];

const diskKeys: readonly LibvirtQuotaKey[] = (['bytes', 'iops'] as const).flatMap(what =>
  (['read', 'write', 'total'] as const).map(
    (direction): LibvirtQuotaKey => ({
      key: `quota:disk_${direction}_${what}_sec`,
      consumer: 'libvirt',
      element: 'iotune',
      parameter: `${direction}_${what}_sec`,
      apiMin: 0,
      ...(what === 'bytes' ? diskBytes : diskOperations),
      lifted: 'zero',
      copied: 'verbatim',
      source: 'nova/virt/libvirt/imagebackend.py:disk_qos',
    }),
  ),
);

const interfaceKeys: readonly LibvirtQuotaKey[] = (['inbound', 'outbound'] as const).flatMap(direction =>
  (['average', 'peak', 'burst'] as const).map(
    (what): LibvirtQuotaKey => ({
      key: `quota:vif_${direction}_${what}`,
      consumer: 'libvirt',
      element: 'bandwidth',
      parameter: `${direction}.${what}`,
      apiMin: 0,
      ...interfaceRange(direction, what),
      lifted: 'zero',
      copied: 'verbatim',
      needs: `${direction}.average`,
      source: 'nova/virt/libvirt/designer.py:set_vif_bandwidth_config',
    }),
  ),
);

function interfaceRange(direction: 'inbound' | 'outbound', what: 'average' | 'peak' | 'burst'): Range {
  if (what === 'burst') return networkBurst;
  return direction === 'inbound' && what === 'average' ? networkShapedRate : networkRate;
}

const vmwareUnits = { cpu: 'MHz', memory: 'MB', disk_io: 'operations/s', vif: 'Mbit/s' } as const;

const vmwareKeys: readonly VmwareQuotaKey[] = (['cpu', 'memory', 'disk_io', 'vif'] as const).flatMap(
  resource =>
    (['limit', 'reservation', 'shares_level', 'shares_share'] as const).map(
      (what): VmwareQuotaKey => ({
        key: `quota:${resource}_${what}`,
        consumer: 'vmware',
        unit: what === 'limit' || what === 'reservation' ? vmwareUnits[resource] : '',
        ...(what === 'limit' || what === 'shares_share' ? { apiMin: 0 as const } : {}),
        ...(what === 'shares_level' && { apiWords: ['custom', 'high', 'normal', 'low'] }),
        source: 'nova/virt/vmwareapi/vmops.py:_get_extra_specs',
      }),
    ),
);

/** All 31 extra specs of the namespace: 15 that libvirt gets, 16 that only the VMware driver reads. */
export const quotaKeys: readonly QuotaKey[] = [...cpuKeys, ...diskKeys, ...interfaceKeys, ...vmwareKeys];

/** How Nova's libvirt driver reads an extra spec: the catalogue entry and whether it had more behind its name. */
export interface FoundQuotaKey {
  readonly entry: QuotaKey;
  readonly extraScope: boolean;
}

/** What all keys of the namespace begin with. */
export const quotaPrefix = 'quota:';

const whole: ReadonlyMap<string, FoundQuotaKey> = new Map(
  quotaKeys.map(entry => [entry.key, { entry, extraScope: false }]),
);
const scoped: ReadonlyMap<string, FoundQuotaKey> = new Map(
  [...diskKeys, ...interfaceKeys].map(entry => [entry.key, { entry, extraScope: true }]),
);

/**
 * The catalogue entry for an extra spec as Nova matches it: cpu keys whole, disk and vif keys by their first two
 * parts, so that `quota:disk_read_iops_sec:anything` counts. undefined: nobody reads it.
 */
export function findQuotaKey(extraSpec: string): FoundQuotaKey | undefined {
  const found = whole.get(extraSpec);
  if (found !== undefined || !extraSpec.startsWith(quotaPrefix)) return found;
  const end = extraSpec.indexOf(':', quotaPrefix.length);
  return end < 0 ? undefined : scoped.get(extraSpec.slice(0, end));
}

import { beforeWeights, sharesRange } from '../domain/capabilities.ts';
import { fieldOf } from '../domain/fields.ts';
import type { LimitName } from '../domain/tuning.ts';
import { type OwnKey, ownKeys } from '../intent/own-keys.ts';
import { type LibvirtQuotaKey, type QuotaKey, quotaKeys } from '../intent/quota-keys.ts';
import type { Range } from '../ranges.ts';
import { explainFlavor } from './explain.ts';
import type { Step } from './explanation.ts';

/** What an operator wants to know of an extra spec before using it. */
export interface KeyRow {
  readonly key: string;
  /** Whose driver reads it. */
  readonly readBy: 'libvirt' | 'vmware' | 'virt-quota';
  /** Empty for a weight, or for words. */
  readonly unit: string;
  /** What Nova's API takes since microversion 2.86: a whole number, of `min` at least if there is one, or words. */
  readonly api: { readonly min?: number; readonly words?: readonly string[] };
  /** What limits something, by where; empty where libvirt does not read the key. */
  readonly ranges: readonly (Range & { readonly where: string })[];
  /** What says "no limit" besides. Absent: nothing does. */
  readonly lifted?: 'zero' | 'zero-or-negative';
  /** libvirt's typed parameter. */
  readonly parameter?: LimitName;
  /** Where it stands in the domain's XML: `cputune/shares`, `bandwidth/inbound@average`. */
  readonly element?: string;
  /** The knobs that hold it, layer by layer, on one kind of host or device or another. */
  readonly enforcedBy: readonly { readonly layer: Step['layer']; readonly knobs: readonly string[] }[];
  /** Upstream file and function that reads it. */
  readonly source: string;
}

/** The catalogue of extra specs, a row each, in its order. */
export function keyRows(): readonly KeyRow[] {
  return [...quotaKeys.map(rowOf), ...ownKeys.map(ownRowOf)];
}

function rowOf(entry: QuotaKey): KeyRow {
  const { key, consumer, unit, source } = entry;
  const api = {
    ...(entry.apiMin !== undefined && { min: entry.apiMin }),
    ...(entry.consumer === 'vmware' && entry.apiWords && { words: entry.apiWords }),
  };
  const base = { key, readBy: consumer, unit, api, source };
  if (entry.consumer === 'vmware') return { ...base, ranges: [], enforcedBy: [] };
  return {
    ...base,
    ranges: rangesOf(entry),
    ...(entry.lifted && { lifted: entry.lifted }),
    parameter: entry.parameter,
    element: elementOf(entry),
    enforcedBy: enforcersOf(entry),
  };
}

function ownRowOf(entry: OwnKey): KeyRow {
  const { key, parameter, unit, source } = entry;
  const base = { key, readBy: 'virt-quota', unit, api: {}, parameter, source } as const;
  const enforcedBy = enforcersIn(key, exampleOf(entry));
  if (entry.form === 'name') return { ...base, ranges: [], element: `iotune/${parameter}`, enforcedBy };
  const { min, max, canLift } = entry;
  const lifted = parameter.endsWith('_quota') ? ('zero-or-negative' as const) : ('zero' as const);
  return {
    ...base,
    ranges: [{ unit, min, max, where: '' }],
    ...(canLift && { lifted }),
    element: elementOf(entry),
    enforcedBy,
  };
}

/** Extra specs with the key, and what it needs: a burst its base, a burst's length the burst. */
function exampleOf({ key, form, parameter }: OwnKey): Readonly<Record<string, string>> {
  const base = parameter.replace(/_max(?:_length)?$/, '');
  const value = parameter.endsWith('_length') ? '5' : String(example);
  return {
    ...(base !== parameter && { [`quota:disk_${base}`]: String(example) }),
    ...(parameter.endsWith('_length') && { [`virt-quota:disk_${base}_max`]: String(example) }),
    ...(parameter === 'swap_hard_limit' && { 'virt-quota:memory_hard_limit': String(example) }),
    ...((parameter === 'size_iops_sec' || form === 'name') && {
      'quota:disk_total_iops_sec': String(example),
    }),
    [key]: form === 'per-device' ? `/dev/sda=${value}` : form === 'name' ? 'gold' : value,
  };
}

function rangesOf({ parameter, element, unit, min, max }: LibvirtQuotaKey): KeyRow['ranges'] {
  const everywhere = { unit, min, max, where: element === 'bandwidth' ? 'definition' : '' };
  if (parameter === 'cpu_shares') {
    return [
      sharesRange({ cgroupVersion: 1 }),
      sharesRange({ cgroupVersion: 2, libvirtVersion: 9_001_000 }),
      {
        ...sharesRange({ cgroupVersion: 2, libvirtVersion: 9_000_000 }),
        where: `cgroup v2, ${beforeWeights}`,
      },
    ];
  }
  const live = fieldOf(parameter)?.max ?? max;
  return live < max
    ? [everywhere, { ...everywhere, max: live, where: 'running domain' }]
    : [{ ...everywhere, where: '' }];
}

function elementOf({ parameter, element }: Pick<LibvirtQuotaKey | OwnKey, 'parameter' | 'element'>): string {
  const name = fieldOf(parameter)?.xmlName ?? parameter;
  if (element !== 'bandwidth') return `${element}/${name}`;
  return `${element}/${parameter.split('.')[0]}@${name}`;
}

/** Asks the explanation of a flavor that has the key, and what it needs. */
function enforcersOf({ key, needs }: LibvirtQuotaKey): KeyRow['enforcedBy'] {
  const others = quotaKeys.filter(
    one => one.consumer === 'libvirt' && (one.parameter === needs || isCpu(one, key)),
  );
  const specs = [...others.map(one => one.key), key].map(one => [one, String(example)] as const);
  return enforcersIn(key, Object.fromEntries(specs));
}

function enforcersIn(key: string, extraSpecs: Readonly<Record<string, string>>): KeyRow['enforcedBy'] {
  const flavor = { extraSpecs };
  const explained = explainFlavor({ flavor, diagnostics: [], host: {}, wants: one => one === key });
  const steps = explained.keys.flatMap(one => one.steps).filter(one => one.impossible === undefined);
  const layers = [...new Set(steps.map(step => step.layer))].filter(
    layer => layer !== 'nova' && layer !== 'libvirt',
  );
  return layers.map(layer => ({
    layer,
    knobs: [...new Set(steps.filter(step => step.layer === layer).map(step => step.knob))],
  }));
}

/** A value that every key takes. */
const example = 5000;

/** A quota alone would be told with the kernel's period. */
function isCpu(one: LibvirtQuotaKey, key: string): boolean {
  return key.startsWith('quota:cpu_') && one.element === 'cputune';
}

import type { Diagnostic } from '../diagnostics.ts';
import { parseLibvirtSigned } from '../integers.ts';
import { readDeviceList } from './device-list.ts';
import { isGroupName } from './group-name.ts';
import { findOwnKey, type OwnKey, type OwnNumberKey, ownKeys, ownNamespace } from './own-keys.ts';

type Direction = 'read' | 'write' | 'total';
type Rate = 'bytes_sec' | 'iops_sec';

/** CPU limits that only our namespace has. */
export type OwnCpuParameter = `${'emulator' | 'iothread' | 'global'}_${'period' | 'quota'}`;
/** Numbers of a disk's throttle that only our namespace has. */
export type OwnDiskParameter = `${Direction}_${Rate}_max${'' | '_length'}` | 'size_iops_sec';
/** Memory limits. */
export type OwnMemoryParameter = 'hard_limit' | 'soft_limit' | 'swap_hard_limit';
/** Limits on one block device of the host. */
export type OwnHostDeviceParameter = 'device_weight' | `device_${'read' | 'write'}_${Rate}`;
/** Any number of our namespace, by its typed parameter. */
export type OwnParameter =
  | OwnCpuParameter
  | OwnDiskParameter
  | OwnMemoryParameter
  | OwnHostDeviceParameter
  | 'inbound.floor'
  | 'weight';

/** Limits of one kind, in the units of libvirt's typed parameters. An explicit 0 takes a limit away. */
export interface OwnSection<P extends string = OwnParameter> {
  readonly limits: Readonly<Partial<Record<P, number>>>;
  /** Which key asked for each limit. */
  readonly because: Readonly<Partial<Record<P | 'group_name', string>>>;
}

/** Limits that no key of Nova's asks for. Disk and interface limits hold for each one that a flavor's limits hold for. */
export interface OwnQuota {
  readonly cpu: OwnSection<OwnCpuParameter>;
  readonly memory: OwnSection<OwnMemoryParameter>;
  readonly blkio: OwnSection<'weight'>;
  /** By path on the host, in order of the keys. */
  readonly hostDevices: readonly (OwnSection<OwnHostDeviceParameter> & { readonly path: string })[];
  readonly disk: OwnSection<OwnDiskParameter> & { readonly groupName?: string };
  readonly interface: OwnSection<'inbound.floor'>;
}

/** What the keys of our namespace ask for, and all that is to be said about them. */
export interface OwnQuotaResult {
  /** Absent when there is no such key. */
  readonly quota?: OwnQuota;
  readonly diagnostics: readonly Diagnostic[];
}

/** A section while it is filled. */
interface Draft {
  readonly limits: Partial<Record<OwnParameter, number>>;
  readonly because: Partial<Record<OwnParameter | 'group_name', string>>;
}

/** Everything while it is filled. */
interface Drafts {
  readonly sections: Readonly<Record<OwnKey['element'], Draft>>;
  readonly devices: Map<string, Draft>;
  groupName?: string;
  readonly diagnostics: Diagnostic[];
}

/**
 * Reads the `virt-quota:` keys among extra specs; all others are left alone. An unknown one is an error: nobody else
 * reads this namespace, so it can only be a slip.
 */
export function ownQuota(extraSpecs: Readonly<Record<string, string>>): OwnQuotaResult {
  const entries = Object.entries(extraSpecs).filter(([key]) => key.startsWith(ownNamespace));
  if (entries.length === 0) return { diagnostics: [] };
  const drafts: Drafts = {
    sections: { cputune: draft(), iotune: draft(), bandwidth: draft(), memtune: draft(), blkiotune: draft() },
    devices: new Map(),
    diagnostics: [],
  };
  for (const [key, text] of entries) read(drafts, key, text);
  drafts.diagnostics.push(...periodsWithoutQuota(extraSpecs));
  const { cputune, memtune, blkiotune, iotune, bandwidth } = drafts.sections;
  const hostDevices = [...drafts.devices].map(([path, device]) => ({ path, ...device }));
  const disk = { ...iotune, ...(drafts.groupName !== undefined && { groupName: drafts.groupName }) };
  const quota = { cpu: cputune, memory: memtune, blkio: blkiotune, hostDevices, disk, interface: bandwidth };
  return { quota, diagnostics: drafts.diagnostics };
}

function draft(): Draft {
  return { limits: {}, because: {} };
}

function read(drafts: Drafts, key: string, text: string): void {
  const entry = findOwnKey(key);
  if (entry === undefined) {
    const meant = nearest(key);
    drafts.diagnostics.push({
      ...error('unknown-own-key', key, text),
      ...(meant !== undefined && { args: { meant } }),
    });
    return;
  }
  switch (entry.form) {
    case 'name':
      readName(drafts, entry.key, text);
      break;
    case 'number':
      put(drafts, entry, text, drafts.sections[entry.element]);
      break;
    case 'per-device':
      readPerDevice(drafts, entry, text);
      break;
  }
}

function readName(drafts: Drafts, key: string, text: string): void {
  if (!isGroupName(text)) {
    drafts.diagnostics.push(error('not-a-name', key, text));
    return;
  }
  drafts.groupName = text;
  drafts.sections.iotune.because.group_name = key;
}

function readPerDevice(drafts: Drafts, entry: OwnNumberKey, text: string): void {
  const devices = readDeviceList(text);
  if (devices === undefined) {
    drafts.diagnostics.push(error('not-a-device-list', entry.key, text));
    return;
  }
  for (const [path, value] of devices) {
    const device = drafts.devices.get(path) ?? draft();
    drafts.devices.set(path, device);
    put(drafts, entry, value, device);
  }
}

function put(drafts: Drafts, entry: OwnNumberKey, text: string, into: Draft): void {
  const value = parseLibvirtSigned(text.trim());
  if (value === undefined) {
    drafts.diagnostics.push(error('not-a-number', entry.key, text));
    return;
  }
  const lifts = value === 0n || (value < 0n && entry.parameter.endsWith('_quota'));
  if (lifts ? !entry.canLift : value < BigInt(entry.min) || value > BigInt(entry.max)) {
    const { min, max, unit } = entry;
    drafts.diagnostics.push({ ...error('out-of-range', entry.key, text), args: { min, max, unit } });
    return;
  }
  // Which negative number says "no limit" does not matter.
  into.limits[entry.parameter] = value < 0n ? -1 : Number(value);
  into.because[entry.parameter] = entry.key;
}

/** A period says how often a quota is counted, and limits nothing by itself. */
function periodsWithoutQuota(extraSpecs: Readonly<Record<string, string>>): readonly Diagnostic[] {
  const periods = ownKeys.filter(({ key }) => key.endsWith('_period') && extraSpecs[key] !== undefined);
  return periods.flatMap(({ key }): readonly Diagnostic[] => {
    const needs = key.replace(/_period$/, '_quota');
    if (extraSpecs[needs] !== undefined || Number(extraSpecs[key]) === 0) return [];
    const value = extraSpecs[key] ?? '';
    return [{ code: 'period-without-quota', severity: 'warning', path: key, value, args: { needs } }];
  });
}

/** A key that differs in separators, case or a forgotten `disk_`/`vif_`/`memory_` only. */
function nearest(key: string): string | undefined {
  const plain = (one: string) =>
    one
      .slice(ownNamespace.length)
      .toLowerCase()
      .replace(/[^a-z]/g, '')
      .replace(/^(?:disk|vif|memory|blkio)/, '');
  return ownKeys.find(one => plain(one.key) === plain(key))?.key;
}

function error(code: Diagnostic['code'], path: string, value: string): Diagnostic {
  return { code, severity: 'error', path, value };
}

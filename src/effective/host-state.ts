import type { DomainDefinition } from '../domain/definition.ts';
import { interfaceEnforcer } from '../domain/enforcement.ts';
import { shapedDirection } from '../verify/expect-tc.ts';
import type { HostFacts } from '../verify/host-facts.ts';
import { qemuGroupKnob, qemuKnobs } from '../verify/qemu-knobs.ts';
import type { Reading } from '../verify/reading.ts';
import { type Unseen, unseenAt } from './certainty.ts';
import type { Claim } from './claim.ts';
import type { CpuBandwidth } from './cpu.ts';
import type { DiskState } from './disk.ts';
import type { NicState, PortFlows } from './nic-state.ts';

/** What was asked besides the facts, where an answer or its absence says more. */
export interface NicSources {
  /** By device: the flows of its bridge, or why they could not be read. */
  readonly openflow?: ReadonlyMap<string, PortFlows | Unseen>;
  /** Of tc: why a device could not be read. */
  readonly readings?: readonly Reading[];
}

/** What is there of a domain's interfaces that tc or Open vSwitch can limit. */
export function nicStates(
  { interfaces }: DomainDefinition,
  facts: HostFacts,
  { openflow, readings }: NicSources = {},
): readonly NicState[] {
  return interfaces.flatMap((nic): readonly NicState[] => {
    if (interfaceEnforcer(nic) === 'none') return [];
    // Readings of a device that libvirt does not name have its address.
    const dev = nic.dev ?? nic.mac;
    const tc = facts.taps?.get(dev);
    const flows = openflow?.get(dev);
    const unseen = [
      ...(tc === undefined && readings !== undefined ? [unseenTc(dev, readings)] : []),
      ...(flows !== undefined && 'why' in flows ? [flows] : []),
    ];
    return [
      {
        nic,
        dev,
        shaped: shapedDirection(nic, facts),
        ...(tc && { tc }),
        ...(flows !== undefined && !('why' in flows) && { openflow: flows }),
        ...(facts.ovs && facts.ovsPorts.has(dev) && { ovs: facts.ovs }),
        ...(unseen.length > 0 && { unseen }),
      },
    ];
  });
}

function unseenTc(dev: string, readings: readonly Reading[]): Unseen {
  const unread = readings.find(
    ({ layer, subject, unreadable }) => layer === 'tc' && subject === dev && unreadable !== undefined,
  );
  return unseenAt(unread?.evidence.source ?? 'tc', unread?.unreadable ?? 'it was not asked');
}

/** The quotas among the readings of a domain's cgroups. */
export function cpuBandwidths(readings: readonly Reading[]): readonly CpuBandwidth[] {
  return readings.flatMap(({ layer, knob, subject, values, unproved, idle }): readonly CpuBandwidth[] => {
    if (layer !== 'cgroup' || !isQuota(knob) || unproved !== undefined || idle) return [];
    const { quota } = values ?? {};
    const period = values?.period ?? periodOf(readings, subject);
    return typeof quota === 'number' && quota > 0 && typeof period === 'number'
      ? [{ subject, quotaUs: quota, periodUs: period }]
      : [];
  });
}

/** cgroup v1 has it in a file of its own. */
function periodOf(readings: readonly Reading[], subject: string): number | string | undefined {
  const own = readings.find(
    one => one.layer === 'cgroup' && one.subject === subject && one.knob === 'cpu.cfs_period_us',
  );
  return own?.values?.period;
}

/** Groups around the vCPUs whose quota could not be read, or may not count: one for each reason. */
export function unseenGroups(readings: readonly Reading[]): readonly Unseen[] {
  return groupsBy(readings, ({ unreadable, unproved }) => unreadable ?? unproved);
}

/** Those whose quota is there and holds nobody. */
export function idleGroups(readings: readonly Reading[]): readonly Claim[] {
  const groups = groupsBy(readings, ({ idle, idleBecause }) => (idle ? idleBecause : undefined));
  return groups.map(group => ({ owner: 'libvirt', standing: 'not-in-force', ...group }));
}

function groupsBy(
  readings: readonly Reading[],
  whyOf: (reading: Reading) => string | undefined,
): readonly Unseen[] {
  const subjects = new Map<string, Set<string>>();
  for (const reading of readings) {
    const { layer, knob, subject } = reading;
    const told = whyOf(reading);
    const why = told === undefined ? undefined : unseenAt('', told).why;
    if (layer !== 'cgroup' || !/^cpu\.(?:max|cfs_)/.test(knob) || why === undefined) continue;
    if (/^(?:emulator|iothread\d+)$/.test(subject)) continue;
    const known = subjects.get(why) ?? new Set();
    subjects.set(why, known.add(subject.replace(/^vcpu\d+$/, 'vcpu*')));
  }
  return [...subjects].map(([why, of]) => unseenAt(`cgroup ${[...of].join(', ')} cpu.max`, why));
}

function isQuota(knob: string): boolean {
  return knob === 'cpu.max' || knob === 'cpu.cfs_quota_us';
}

/** The throttles among the readings of a domain's disks. */
export function diskStates({ disks }: DomainDefinition, readings: readonly Reading[]): readonly DiskState[] {
  const names = new Map(qemuKnobs.map(({ knob, parameter }) => [knob, parameter]));
  const throttles = new Map<string, Record<string, number>>();
  const unread = new Map<string, Unseen>();
  const groups = new Map<string, string>();
  for (const { layer, subject, knob, values, unreadable, evidence } of readings) {
    if (layer !== 'qemu') continue;
    if (knob === qemuGroupKnob && typeof values?.value === 'string') groups.set(subject, values.value);
    const parameter = names.get(knob);
    if (unreadable !== undefined && (knob === qemuGroupKnob || isRate(parameter ?? ''))) {
      unread.set(subject, unseenAt(evidence.source, unreadable));
    }
    if (parameter === undefined || typeof values?.value !== 'number') continue;
    throttles.set(subject, { ...throttles.get(subject), [parameter]: values.value });
  }
  return disks.map(disk => {
    const throttle = throttles.get(disk.target);
    const unseen = unread.get(disk.target);
    const shares = groupMates(disk.target, groups);
    return { disk, ...(throttle && { throttle }), ...(unseen && { unseen }), shares };
  });
}

/** Bursts are told by newer versions only, and limit nothing by themselves. */
function isRate(parameter: string): boolean {
  return /^(?:total|read|write)_(?:bytes|iops)_sec$/.test(parameter);
}

/** The other disks of a disk's throttle group, as QEMU says: they share one bucket. */
function groupMates(target: string, groups: ReadonlyMap<string, string>): readonly string[] {
  const own = groups.get(target);
  return own === undefined
    ? []
    : [...groups].flatMap(([other, group]) => (other !== target && group === own ? [other] : []));
}

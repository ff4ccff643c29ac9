import type { DomainDefinition } from '../domain/definition.ts';
import { type CgroupFile, type CgroupFiles, readDomainCgroup } from '../host/cgroup.ts';
import { burstKnob, parseCfsQuota, parseCount, parseCpuMax } from '../observed/cgroup-knob.ts';
import type { HostReader } from '../ports/host.ts';
import type { Knob, KnobValues } from '../verify/expectation.ts';
import type { HostFacts } from '../verify/host-facts.ts';
import type { Reading } from '../verify/reading.ts';
import { observeResources, resourceFacts, unseenResources } from './observe-resources.ts';
import { look, unseen } from './unseen.ts';

/** What was read of a domain's cgroups, and what it tells of the host. */
export interface CgroupObservation {
  readonly readings: readonly Reading[];
  readonly facts: Partial<HostFacts>;
}

/** Reads every knob of a running domain. @param paths block devices of the host that it may be limited on */
export async function observeCgroup(
  host: HostReader,
  live: DomainDefinition,
  paths: readonly string[],
): Promise<CgroupObservation> {
  const seen = await look(() => readDomainCgroup(host, live.name));
  if ('why' in seen) return { readings: unseenCgroup(live, paths, seen.why), facts: {} };
  const { version, files } = seen.found;
  const resources = await observeResources(host, seen.found, paths);
  return {
    readings: [...files.map(readingOf), ...resources.readings],
    facts: {
      cgroupVersion: version,
      vcpuIds: idsOf(files, 'vcpu'),
      iothreadIds: idsOf(files, 'iothread'),
      cgroupKnobs: new Set([
        ...[...files, ...seen.found.resources].filter(isSeen).map(knobOf),
        ...resources.others,
      ]),
      missingDevices: resources.missing,
      ...resourceFacts(seen.found),
    },
  };
}

/** The knobs that would have been read, by their names in cgroup v2. */
export function unseenCgroup(
  live: DomainDefinition,
  paths: readonly string[],
  why: string,
): readonly Reading[] {
  const vcpus = Array.from({ length: live.vcpus }, (_, id) => `vcpu${id}`);
  const limited = ['libvirt', 'emulator', ...vcpus];
  const knobs: readonly Knob[] = [
    { layer: 'cgroup', subject: 'scope', knob: 'cpu.weight' },
    ...limited.map(subject => ({ layer: 'cgroup', subject, knob: 'cpu.max' }) as const),
  ];
  return [...unseen(knobs, 'cgroup', why), ...unseenResources(paths, why)];
}

function readingOf(file: CgroupFile): Reading {
  const { subject, knob, path, text, unreadable, deserted } = file;
  if (deserted !== undefined) {
    return { layer: 'cgroup', subject, knob, idle: true, evidence: { source: deserted, text: '' } };
  }
  const values = text === undefined ? undefined : valuesOf(knob, text);
  const why =
    unreadable ?? (text !== undefined && values === undefined ? 'it holds no such value' : undefined);
  return {
    layer: 'cgroup',
    subject,
    knob,
    ...(values !== undefined && { values }),
    ...(why !== undefined && { unreadable: why }),
    evidence: { source: path, text: text ?? '' },
  };
}

function valuesOf(knob: string, text: string): KnobValues | undefined {
  if (knob === 'cpu.max') {
    const limit = parseCpuMax(text);
    return limit && { quota: limit.quota, period: limit.period };
  }
  const value = knob === 'cpu.cfs_quota_us' ? parseCfsQuota(text) : parseCount(text);
  const name = numberNames[knob];
  return value === undefined || name === undefined ? undefined : { [name]: value };
}

/** What the number is that a file holds alone. */
const numberNames: Readonly<Record<string, string>> = {
  'cpu.weight': 'weight',
  'cpu.shares': 'shares',
  'cpu.cfs_quota_us': 'quota',
  'cpu.cfs_period_us': 'period',
  [burstKnob[1]]: 'burst',
  [burstKnob[2]]: 'burst',
};

function isSeen({ text }: CgroupFile): boolean {
  return text !== undefined;
}

function knobOf({ subject, knob }: CgroupFile): string {
  return `${subject} ${knob}`;
}

function idsOf(files: CgroupFiles['files'], kind: string): readonly number[] {
  const subjects = new Set(files.map(file => file.subject).filter(subject => subject.startsWith(kind)));
  return [...subjects].map(subject => Number(subject.slice(kind.length)));
}

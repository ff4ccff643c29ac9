import type { DomainDefinition } from '../domain/definition.ts';
import { type CgroupFiles, readDomainCgroup } from '../host/cgroup.ts';
import type { CgroupFile } from '../host/cgroup-file.ts';
import { cpuKnobValues } from '../observed/cgroup-knob.ts';
import { countCpus, mostCpus, quotaCpus } from '../observed/cpu-demand.ts';
import { type Hold, isAround } from '../observed/thread-groups.ts';
import type { HostReader } from '../ports/host.ts';
import type { Knob } from '../verify/expectation.ts';
import type { HostFacts } from '../verify/host-facts.ts';
import type { Reading } from '../verify/reading.ts';
import { observeOutside } from './observe-outside.ts';
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
  const { found } = seen;
  const resources = await observeResources(host, found, paths);
  const time = 'outside' in found ? observeOutside(live, found) : await observeTime(host, found);
  return {
    readings: [...time.readings, ...resources.readings],
    facts: {
      ...time.facts,
      cgroupVersion: found.version,
      cgroupKnobs: new Set([
        ...(time.facts.cgroupKnobs ?? []),
        ...found.resources.filter(isSeen).map(knobOf),
        ...resources.others,
      ]),
      missingDevices: resources.missing,
      ...resourceFacts(found),
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

/** CPU time: of the domain's own groups, of those around, and of who is in them. */
async function observeTime(host: HostReader, found: CgroupFiles): Promise<CgroupObservation> {
  const { version, files, holds } = found;
  const above = await bindingAbove(host, found);
  const shared = [...holds].flatMap(([subject, hold]) => sharedReading(subject, hold, version));
  const others = [...above.map(file => heldReading(file, found)), ...shared];
  return {
    readings: [...files.map(file => heldReading(file, found)), ...others],
    facts: {
      vcpuIds: idsOf(files, 'vcpu'),
      iothreadIds: idsOf(files, 'iothread'),
      cgroupKnobs: new Set([...files.filter(isSeen), ...others].map(knobOf)),
    },
  };
}

/** Of a group around the domain a quota binds it when it is less than the domain, or the whole host, could use. */
async function bindingAbove(host: HostReader, { above, files }: CgroupFiles): Promise<readonly CgroupFile[]> {
  if (above.length === 0) return above;
  const online = await look(() => host.readFile('/sys/devices/system/cpu/online'));
  const cpus = 'found' in online ? countCpus(online.found ?? '') : undefined;
  const most = Math.min(mostCpus(files), cpus ?? Number.POSITIVE_INFINITY);
  const isWide = ({ subject, knob }: CgroupFile) => isQuota(knob) && (quotaCpus(above, subject) ?? 0) >= most;
  return above.filter(file => !isWide(file));
}

/** The threads of a group beside its own: they share its quota. */
function sharedReading(subject: string, { shared }: Hold, version: 1 | 2): readonly Reading[] {
  if (shared === undefined) return [];
  const { threads, ...evidence } = shared;
  const knob = version === 1 ? 'tasks' : 'cgroup.threads';
  return [{ layer: 'cgroup', subject, knob, values: { threads }, evidence }];
}

/** What a file holds, and whether that holds whom it is meant for. */
function heldReading(file: CgroupFile, { holds, lack }: CgroupFiles): Reading {
  const { subject, knob } = file;
  if (lack !== undefined && file.text === undefined && file.unreadable === undefined) {
    return lacking(file, lack);
  }
  const { past, doubt } = (isLimit(knob) && holds.get(subject)) || {};
  if (past === undefined) return { ...readingOf(file), ...(doubt !== undefined && { unproved: doubt }) };
  const { why, ...evidence } = past;
  // What holds some of the domain must not be there where nothing is asked.
  if (isAround(subject)) return { ...readingOf(file), idle: true, idleBecause: why, evidence };
  return { layer: 'cgroup', subject, knob, idle: true, idleBecause: why, evidence };
}

/** Where the controller is kept away there is no file, and no quota. */
function lacking({ subject, knob }: CgroupFile, { path, text = '' }: CgroupFile): Reading {
  const values = isLimit(knob) && ({ values: { quota: 'max' } } as const);
  return { layer: 'cgroup', subject, knob, ...values, evidence: { source: path, text } };
}

function readingOf(file: CgroupFile): Reading {
  const { subject, knob, path, text, unreadable } = file;
  const values = text === undefined ? undefined : cpuKnobValues(knob, text);
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

/** Whether it is the file that says how much, and not one that says in which time or on top. */
function isLimit(knob: string): boolean {
  return knob === 'cpu.max' || knob === 'cpu.cfs_quota_us';
}

function isQuota(knob: string): boolean {
  return isLimit(knob) || knob === 'cpu.cfs_period_us';
}

function isSeen({ text }: CgroupFile): boolean {
  return text !== undefined;
}

function knobOf({ subject, knob }: Pick<Knob, 'subject' | 'knob'>): string {
  return `${subject} ${knob}`;
}

function idsOf(files: CgroupFiles['files'], kind: string): readonly number[] {
  const subjects = new Set(files.map(file => file.subject).filter(subject => subject.startsWith(kind)));
  return [...subjects].map(subject => Number(subject.slice(kind.length)));
}

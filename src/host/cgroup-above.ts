import { idleKnob, parseCfsQuota, parseCpuMax } from '../observed/cgroup-knob.ts';
import { groupsDownTo, type OuterGroup, type ThreadPlace } from '../observed/cgroup-path.ts';
import type { HostReader } from '../ports/host.ts';
import { NOT_CAPTURED } from '../verify/reading.ts';
import { type CgroupFile, readKnobs } from './cgroup-file.ts';

/** By version of cgroup, the files that limit a group's CPU time: the first has the quota. */
export const limitKnobs = { 1: ['cpu.cfs_quota_us', 'cpu.cfs_period_us'], 2: ['cpu.max'] } as const;

/** Whether the file holds a quota. */
export function hasQuota({ knob, text = '' }: CgroupFile): boolean {
  if (knob === 'cpu.max') return typeof parseCpuMax(text)?.quota === 'number';
  return knob === 'cpu.cfs_quota_us' && typeof parseCfsQuota(text) === 'number';
}

/** What of the groups around a domain holds all that is in them to something, or cannot be read; most have nothing. */
export async function readAbove(
  host: HostReader,
  groups: readonly OuterGroup[],
  version: 1 | 2,
): Promise<readonly CgroupFile[]> {
  const places = groups.flatMap(({ name, folder }) =>
    [limitKnobs[version][0], idleKnob].map(knob => ({ subject: name, knob, folder })),
  );
  const found = await readKnobs(host, places);
  const telling = found.filter(file => hasQuota(file) || isUnreadable(file) || isIdle(file));
  const limited = groups.filter(({ name }) => telling.some(file => file.subject === name && hasQuota(file)));
  const periods = limitKnobs[version]
    .slice(1)
    .flatMap(knob => limited.map(({ name, folder }) => ({ subject: name, knob, folder })));
  return [...telling, ...(await readKnobs(host, periods))];
}

/** Captures from before groups around were looked at say nothing of them. */
function isUnreadable({ unreadable }: CgroupFile): boolean {
  return unreadable !== undefined && !unreadable.endsWith(NOT_CAPTURED);
}

function isIdle({ knob, text }: CgroupFile): boolean {
  return knob === idleKnob && text === '1';
}

/** The quotas between the root and places that QEMU's threads are in. */
export async function readQuotasDownTo(
  host: HostReader,
  places: readonly ThreadPlace[],
): Promise<readonly CgroupFile[]> {
  const version = places[0]?.mount.version ?? 2;
  const groups = new Map(places.flatMap(groupsDownTo).map(group => [group.name, group]));
  return (await readAbove(host, [...groups.values()], version)).filter(({ knob }) => knob !== idleKnob);
}

/**
 * The file that keeps the cpu controller away from a group of cgroup v2; undefined: every group on the way hands it down.
 * @param groups from the outermost to the one above the group
 */
export async function readLackOfController(
  host: HostReader,
  groups: readonly OuterGroup[],
): Promise<CgroupFile | undefined> {
  const places = groups.map(({ name, folder }) => ({
    subject: name,
    knob: 'cgroup.subtree_control',
    folder,
  }));
  const files = await readKnobs(host, places);
  return files.find(({ text }) => text !== undefined && !text.split(' ').includes('cpu'));
}

import { burstKnob, idleKnob } from '../observed/cgroup-knob.ts';
import type { DomainCgroup, ThreadPlace } from '../observed/cgroup-path.ts';
import type { Hold } from '../observed/thread-groups.ts';
import { HostReadError, type HostReader } from '../ports/host.ts';
import { hasQuota, limitKnobs, readAbove, readLackOfController, readQuotasDownTo } from './cgroup-above.ts';
import { type CgroupFile, folderOf, type KnobPlace, readKnobs } from './cgroup-file.ts';
import { findDomainCgroup, type ProcessPlace } from './cgroup-place.ts';
import { type CgroupResources, readResources } from './cgroup-resources.ts';
import { readHolds } from './qemu-threads.ts';

/** The knobs of one running domain, as text. */
export interface CgroupFiles extends CgroupResources {
  readonly version: 1 | 2;
  /** Whether the domain is a unit of systemd, so that weights are set through it. */
  readonly systemd: boolean;
  /** CPU time. */
  readonly files: readonly CgroupFile[];
  /** The same of the groups around, which others are in too: what of them limits, or cannot be read. */
  readonly above: readonly CgroupFile[];
  /** By group, of the quotas in force: whether they hold their threads. */
  readonly holds: ReadonlyMap<string, Hold>;
  /** The file that keeps the cpu controller away from some of them. */
  readonly lack?: CgroupFile;
}

/** A process that is in none of the groups that libvirt makes: none of its limits of CPU time reaches it. */
export interface Outside extends CgroupResources {
  readonly version: 1 | 2;
  readonly pid: number;
  /** Where its threads are instead, from the root of the hierarchy. */
  readonly outside: readonly string[];
  /** What limits them there, or cannot be read. */
  readonly quotas: readonly CgroupFile[];
}

const weightKnob = { 1: 'cpu.shares', 2: 'cpu.weight' } as const;

/**
 * Reads every knob of a running domain: of the machine's scope, of all below it, of each vCPU and I/O thread, and what
 * holds the groups around it.
 *
 * @throws HostReadError when the domain's cgroup cannot be found or looked into
 */
export async function readDomainCgroup(host: HostReader, domainName: string): Promise<CgroupFiles | Outside> {
  const process = await findDomainCgroup(host, domainName);
  const { at } = process;
  return 'outside' in at ? readOutside(host, process, at.outside) : readInside(host, process, at);
}

async function readOutside(
  host: HostReader,
  { pid, memberships, mounts }: ProcessPlace,
  places: readonly ThreadPlace[],
): Promise<Outside> {
  const version = places[0]?.mount.version ?? 2;
  const [quotas, resources] = await Promise.all([
    readQuotasDownTo(host, places),
    readResources(host, memberships, mounts, version),
  ]);
  return { version, pid, outside: places.map(({ path }) => path), quotas, ...resources };
}

async function readInside(
  host: HostReader,
  { pid, memberships, mounts }: ProcessPlace,
  place: DomainCgroup,
): Promise<CgroupFiles> {
  const { version } = place;
  const names = await host.listFolder(place.nested);
  if (names === undefined) throw new HostReadError(`'${place.nested}' is not there`);
  const threads = threadGroups(names).map(name => ({ subject: name, folder: `${place.nested}/${name}` }));
  const groups = [...domainGroups(place), ...threads];
  const [files, above, resources] = await Promise.all([
    readKnobs(host, [
      { subject: 'scope', folder: place.scope, knob: weightKnob[version] },
      ...groups.flatMap(group => limitKnobs[version].map(knob => ({ ...group, knob }))),
    ]),
    readAbove(host, place.above, version),
    readResources(host, memberships, mounts, version),
  ]);
  const quotas = files.filter(hasQuota);
  const limited = new Set([...quotas, ...above.filter(hasQuota)].map(({ subject }) => subject));
  const isLacking = version === 2 && files.some(({ text, unreadable }) => text === undefined && !unreadable);
  const [extras, holds, lack] = await Promise.all([
    readKnobs(host, extrasOf(files, quotas, place)),
    readHolds(host, { pid, version, domainPath: place.path, groups: threads, limited }),
    isLacking ? readLackOfController(host, [...place.above, ...handing(place)]) : undefined,
  ]);
  return {
    version,
    systemd: place.scope !== place.nested,
    files: [...files, ...extras.filter(isSet)],
    above,
    holds,
    ...(lack && { lack }),
    ...resources,
  };
}

/** The domain's own groups, without those of its threads; without systemd both are one. */
function domainGroups({ scope, nested }: DomainCgroup): readonly Omit<KnobPlace, 'knob'>[] {
  const own = scope === nested ? [] : [{ subject: 'scope', folder: scope }];
  return [...own, { subject: 'libvirt', folder: nested }];
}

/** Those that hand controllers down to the groups of its threads. */
function handing(place: DomainCgroup) {
  return domainGroups(place).map(({ subject, folder }) => ({ name: subject, folder }));
}

/** What may make less, or more, of a quota or a weight that is there; most kernels have nothing of it set. */
function extrasOf(
  files: readonly CgroupFile[],
  quotas: readonly CgroupFile[],
  place: DomainCgroup,
): readonly KnobPlace[] {
  const bursts = quotas.map(file => ({
    subject: file.subject,
    knob: burstKnob[place.version],
    folder: folderOf(file),
  }));
  // Of an idle group the kernel shows no weight, or the least one. @see linux kernel/sched/core.c:cpu_weight_read_u64
  const isLight = files.some(
    ({ knob, text }) => knob === weightKnob[place.version] && /^[0-3]$/.test(text ?? ''),
  );
  const idle = [
    ...(isLight ? [place.scope] : []).map(folder => ({ subject: 'scope', folder })),
    ...quotas
      .filter(({ subject }) => subject !== 'scope')
      .map(file => ({ subject: file.subject, folder: folderOf(file) })),
  ];
  return [...bursts, ...idle.map(group => ({ ...group, knob: idleKnob }))];
}

/** The kernel begins with 0, and where it has no such file nothing can be saved up either. */
function isSet({ text }: CgroupFile): boolean {
  return text !== undefined && text !== '0';
}

function threadGroups(names: readonly string[]): readonly string[] {
  return names.filter(name => /^(?:emulator|(?:vcpu|iothread)\d{1,6})$/.test(name)).sort(byNumber);
}

/** `vcpu2` before `vcpu10`: of one kind, the shorter name has the smaller number. */
function byNumber(one: string, other: string): number {
  const isSameKind = one.replace(/\d+$/, '') === other.replace(/\d+$/, '');
  if (isSameKind && one.length !== other.length) return one.length - other.length;
  return one < other ? -1 : 1;
}

import { pidFileName } from '../domain/pid-file.ts';
import { burstKnob, parseCfsQuota, parseCpuMax } from '../observed/cgroup-knob.ts';
import {
  cgroupVersionOf,
  locateControllerCgroup,
  locateDomainCgroup,
  parseCgroupMounts,
  parseMemberships,
} from '../observed/cgroup-path.ts';
import { HostReadError, type HostReader } from '../ports/host.ts';

/** The knobs of one running domain, as text. */
export interface CgroupFiles {
  readonly version: 1 | 2;
  /** Whether the domain is a unit of systemd, so that weights are set through it. */
  readonly systemd: boolean;
  /** CPU time. */
  readonly files: readonly CgroupFile[];
  /** Memory and block I/O; without those of controllers that the domain has no cgroup of. */
  readonly resources: readonly CgroupFile[];
  /** Controllers in whose hierarchy QEMU is in another cgroup than its domain's, with that cgroup's path. */
  readonly strayed: Readonly<Partial<Record<Controller, string>>>;
}

/** A controller besides cpu's. */
export type Controller = 'memory' | 'blkio';

/** One knob's file. Neither `text` nor `unreadable`: there is no such file. */
export interface CgroupFile {
  /** `scope`, `libvirt` (what global_quota limits), `emulator`, `vcpu0`, `iothread1`. */
  readonly subject: string;
  /** The file's name: `cpu.max`. */
  readonly knob: string;
  readonly path: string;
  readonly text?: string;
  readonly unreadable?: string;
  /** Of a limited vCPU's or I/O thread's group that no thread is in: the file that says so. Its limit holds nobody. */
  readonly deserted?: string;
}

const weightKnob = { 1: 'cpu.shares', 2: 'cpu.weight' } as const;
const resourceKnobs = {
  1: [
    { controller: 'memory', subject: 'libvirt', knob: 'memory.limit_in_bytes' },
    { controller: 'memory', subject: 'libvirt', knob: 'memory.soft_limit_in_bytes' },
    { controller: 'memory', subject: 'libvirt', knob: 'memory.memsw.limit_in_bytes' },
    { controller: 'memory', subject: 'scope', knob: 'memory.limit_in_bytes' },
    { controller: 'blkio', subject: 'scope', knob: 'blkio.weight' },
    { controller: 'blkio', subject: 'scope', knob: 'blkio.bfq.weight' },
    { controller: 'blkio', subject: 'scope', knob: 'blkio.weight_device' },
    { controller: 'blkio', subject: 'libvirt', knob: 'blkio.throttle.read_bps_device' },
    { controller: 'blkio', subject: 'libvirt', knob: 'blkio.throttle.write_bps_device' },
    { controller: 'blkio', subject: 'libvirt', knob: 'blkio.throttle.read_iops_device' },
    { controller: 'blkio', subject: 'libvirt', knob: 'blkio.throttle.write_iops_device' },
  ],
  2: [
    { controller: 'memory', subject: 'libvirt', knob: 'memory.max' },
    { controller: 'memory', subject: 'libvirt', knob: 'memory.high' },
    { controller: 'memory', subject: 'libvirt', knob: 'memory.swap.max' },
    { controller: 'memory', subject: 'scope', knob: 'memory.max' },
    { controller: 'memory', subject: 'scope', knob: 'memory.high' },
    { controller: 'memory', subject: 'scope', knob: 'memory.swap.max' },
    { controller: 'blkio', subject: 'scope', knob: 'io.weight' },
    { controller: 'blkio', subject: 'scope', knob: 'io.bfq.weight' },
    { controller: 'blkio', subject: 'libvirt', knob: 'io.max' },
    { controller: 'blkio', subject: 'scope', knob: 'io.max' },
  ],
} as const;
/** What lists a group's threads. */
const threadsFile = { 1: 'tasks', 2: 'cgroup.threads' } as const;
const limitKnobs = { 1: ['cpu.cfs_quota_us', 'cpu.cfs_period_us'], 2: ['cpu.max'] } as const;

/**
 * Reads every knob of a running domain: of the machine's scope, of all below it, of each vCPU and I/O thread.
 * The cgroup is found through QEMU's process: its name cannot be told from the domain's.
 *
 * @throws HostReadError when the domain's cgroup cannot be found or looked into
 */
export async function readDomainCgroup(host: HostReader, domainName: string): Promise<CgroupFiles> {
  const [[pid, membership], mounts] = await Promise.all([
    readMembership(host, domainName),
    readRequired(host, '/proc/self/mounts'),
  ]);
  const hierarchy = [parseMemberships(membership), parseCgroupMounts(mounts)] as const;
  const place = locateDomainCgroup(...hierarchy);
  if (place === undefined) throw new HostReadError(`process ${pid} is in no cgroup that libvirt made`);
  const names = await host.listFolder(place.nested);
  if (names === undefined) throw new HostReadError(`'${place.nested}' is not there`);
  const { version } = place;
  // Without systemd both are one.
  const own = place.scope === place.nested ? [] : [{ subject: 'scope', folder: place.scope }];
  const groups = [
    ...own,
    { subject: 'libvirt', folder: place.nested },
    ...threadGroups(names).map(name => ({ subject: name, folder: `${place.nested}/${name}` })),
  ];
  const knobs = [
    { subject: 'scope', folder: place.scope, knob: weightKnob[version] },
    ...groups.flatMap(({ subject, folder }) => limitKnobs[version].map(knob => ({ subject, folder, knob }))),
  ];
  const places = {
    memory: locateControllerCgroup(...hierarchy, 'memory'),
    blkio: locateControllerCgroup(...hierarchy, 'blkio'),
  };
  const resources = resourceKnobs[version].flatMap(({ controller, subject, knob }) => {
    const at = places[controller];
    if (at === undefined || 'strayed' in at) return [];
    const isBoth = at.scope === at.nested && subject === 'scope';
    if (isBoth && (controller === 'memory' || knob === 'io.max')) return [];
    return [{ subject, knob, folder: subject === 'scope' ? at.scope : at.nested }];
  });
  const read = (wanted: Parameters<typeof readKnob>[1][]) =>
    Promise.all(wanted.map(knob => readKnob(host, knob)));
  const [files, resourceFiles] = await Promise.all([read(knobs), read(resources)]);
  const [limits, bursts] = await Promise.all([
    Promise.all(files.map(file => (limitsThreads(file) ? peopled(host, file, version) : file))),
    read(files.filter(hasQuota).map(file => ({ ...file, knob: burstKnob[version], folder: folderOf(file) }))),
  ]);
  return {
    version,
    systemd: place.scope !== place.nested,
    files: [...limits, ...bursts.filter(isSet)],
    resources: resourceFiles,
    strayed: strayedOf(places),
  };
}

/** Which version has the CPU controller on a host, whatever runs there; undefined: neither. @throws HostReadError */
export async function readCgroupVersion(host: HostReader): Promise<1 | 2 | undefined> {
  return cgroupVersionOf(parseCgroupMounts(await readRequired(host, '/proc/self/mounts')));
}

/** Whether it limits a vCPU's or an I/O thread's group. The emulator's has a thread: the cgroup was found through it. */
function limitsThreads(file: CgroupFile): boolean {
  return /^(?:vcpu|iothread)\d/.test(file.subject) && hasQuota(file);
}

function hasQuota({ knob, text = '' }: CgroupFile): boolean {
  if (knob === 'cpu.max') return typeof parseCpuMax(text)?.quota === 'number';
  return knob === 'cpu.cfs_quota_us' && typeof parseCfsQuota(text) === 'number';
}

/** The kernel begins with 0, and where it has no such file nothing can be saved up either. */
function isSet({ text }: CgroupFile): boolean {
  return text !== undefined && text !== '0';
}

function folderOf({ path }: CgroupFile): string {
  return path.slice(0, path.lastIndexOf('/'));
}

/** Says so when nobody is in the group. */
async function peopled(host: HostReader, file: CgroupFile, version: 1 | 2): Promise<CgroupFile> {
  const { subject } = file;
  const threads = await readKnob(host, { subject, knob: threadsFile[version], folder: folderOf(file) });
  return threads.text === '' ? { ...file, deserted: threads.path } : file;
}

function strayedOf(
  places: Readonly<Record<Controller, ReturnType<typeof locateControllerCgroup>>>,
): CgroupFiles['strayed'] {
  const entries = Object.entries(places).flatMap(([controller, place]) =>
    place !== undefined && 'strayed' in place ? [[controller, place.strayed] as const] : [],
  );
  return Object.fromEntries(entries);
}

/** QEMU's process id, and which cgroups it is in. */
async function readMembership(host: HostReader, domainName: string): Promise<readonly [string, string]> {
  const pid = await readPid(host, domainName);
  return [pid, await readRequired(host, `/proc/${pid}/cgroup`)];
}

/** Names that cannot be a file's are refused. */
async function readPid(host: HostReader, domainName: string): Promise<string> {
  if (domainName === '' || domainName.includes('/') || domainName.includes('\0')) {
    throw new HostReadError(`'${domainName}' cannot be a domain of this host`);
  }
  const path = `/run/libvirt/qemu/${pidFileName(domainName)}.pid`;
  const pid = (await readRequired(host, path)).trim();
  if (!/^[1-9]\d{0,9}$/.test(pid)) throw new HostReadError(`'${path}' holds no process id`);
  return pid;
}

async function readRequired(host: HostReader, path: string): Promise<string> {
  const text = await host.readFile(path);
  if (text === undefined) throw new HostReadError(`'${path}' is not there`);
  return text;
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

async function readKnob(
  host: HostReader,
  { subject, knob, folder }: { readonly subject: string; readonly knob: string; readonly folder: string },
): Promise<CgroupFile> {
  const path = `${folder}/${knob}`;
  try {
    const text = await host.readFile(path);
    return { subject, knob, path, ...(text !== undefined && { text: text.trim() }) };
  } catch (error) {
    if (!(error instanceof HostReadError)) throw error;
    return { subject, knob, path, unreadable: error.message };
  }
}

import { pidFileName } from '../domain/pid-file.ts';
import {
  type CgroupMembership,
  type CgroupMount,
  cgroupVersionOf,
  type DomainCgroup,
  locateDomainCgroup,
  mayBeLibvirts,
  parseCgroupMounts,
  parseMemberships,
  placeOfThread,
  type ThreadPlace,
} from '../observed/cgroup-path.ts';
import { HostReadError, type HostReader } from '../ports/host.ts';

/** Where QEMU's process is. */
export interface ProcessPlace {
  readonly pid: number;
  readonly memberships: readonly CgroupMembership[];
  readonly mounts: readonly CgroupMount[];
  /** The groups that libvirt has made for the domain, or those that its threads are in instead, each once. */
  readonly at: DomainCgroup | { readonly outside: readonly ThreadPlace[] };
}

/**
 * Finds a running domain's cgroup through QEMU's process: its name cannot be told from the domain's. The main thread
 * tells; where it is elsewhere, any other one.
 *
 * @throws HostReadError when that cannot be told
 */
export async function findDomainCgroup(host: HostReader, domainName: string): Promise<ProcessPlace> {
  const [pid, mountText] = await Promise.all([
    readPid(host, domainName),
    readRequired(host, '/proc/self/mounts'),
  ]);
  const mounts = parseCgroupMounts(mountText);
  const memberships = parseMemberships(await readRequired(host, `/proc/${pid}/cgroup`));
  const at = locateDomainCgroup(memberships, mounts) ?? (await elsewhere(host, pid, memberships, mounts));
  return { pid, memberships, mounts, at };
}

async function elsewhere(
  host: HostReader,
  pid: number,
  main: readonly CgroupMembership[],
  mounts: readonly CgroupMount[],
): Promise<ProcessPlace['at']> {
  const first = placeOfThread(main, mounts);
  if (first === undefined) throw new HostReadError(`process ${pid} is in no cgroup of the cpu controller`);
  if (isUnseen(first)) throw new HostReadError(unseenText(pid, first.path));
  const others = await otherThreads(host, pid, first);
  const places = new Map([[first.path, first]]);
  for (const id of others) {
    const memberships = parseMemberships((await host.readFile(`/proc/${pid}/task/${id}/cgroup`)) ?? '');
    const found = locateDomainCgroup(memberships, mounts);
    if (found !== undefined) return found;
    const place = placeOfThread(memberships, mounts);
    if (place !== undefined) places.set(place.path, place);
  }
  const unknown = [...places.keys()].find(mayBeLibvirts);
  if (unknown !== undefined) throw new HostReadError(unseenText(pid, unknown));
  return { outside: [...places.values()] };
}

/** Where a process is on cgroup v2 all its threads are, but for those of a domain that is threaded. */
async function otherThreads(
  host: HostReader,
  pid: number,
  { mount }: ThreadPlace,
): Promise<readonly string[]> {
  try {
    const all = (await host.listFolder(`/proc/${pid}/task`)) ?? [];
    return all.filter(id => id !== String(pid));
  } catch (error) {
    if (!(error instanceof HostReadError) || mount.version === 1) throw error;
    return [];
  }
}

function isUnseen({ path }: ThreadPlace): boolean {
  return path.startsWith('/..');
}

function unseenText(pid: number, path: string): string {
  const why = path.startsWith('/..')
    ? 'outside of the namespace of cgroups that this program sees'
    : 'which is no place that libvirt is known to make';
  return `process ${pid} is in the cgroup '${path}', ${why}`;
}

/** Which version has the CPU controller on a host, whatever runs there; undefined: neither. @throws HostReadError */
export async function readCgroupVersion(host: HostReader): Promise<1 | 2 | undefined> {
  return cgroupVersionOf(parseCgroupMounts(await readRequired(host, '/proc/self/mounts')));
}

/** Names that cannot be a file's are refused. */
async function readPid(host: HostReader, domainName: string): Promise<number> {
  if (domainName === '' || domainName.includes('/') || domainName.includes('\0')) {
    throw new HostReadError(`'${domainName}' cannot be a domain of this host`);
  }
  const path = `/run/libvirt/qemu/${pidFileName(domainName)}.pid`;
  const pid = (await readRequired(host, path)).trim();
  if (!/^[1-9]\d{0,9}$/.test(pid)) throw new HostReadError(`'${path}' holds no process id`);
  return Number(pid);
}

async function readRequired(host: HostReader, path: string): Promise<string> {
  const text = await host.readFile(path);
  if (text === undefined) throw new HostReadError(`'${path}' is not there`);
  return text;
}

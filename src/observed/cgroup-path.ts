/** One line of `/proc/PID/cgroup`. */
export interface CgroupMembership {
  /** v1 controllers of the hierarchy; empty for v2's line (`0::/…`). */
  readonly controllers: readonly string[];
  /** From the root of the hierarchy. */
  readonly path: string;
}

/** One mounted cgroup hierarchy. */
export interface CgroupMount {
  readonly version: 1 | 2;
  readonly folder: string;
  readonly options: readonly string[];
}

/** Where a domain's limits are, in the hierarchy that has their controller. */
export interface DomainCgroup {
  readonly version: 1 | 2;
  /** Folder of the machine's own cgroup: weights are here. */
  readonly scope: string;
  /** Folder above `vcpu0`, `emulator`, …: `<scope>/libvirt` with systemd and libvirt ≥ 7.1, else the scope. */
  readonly nested: string;
}

/** `/proc/PID/cgroup`: `4:cpu,cpuacct:/machine.slice/…` (v1), `0::/machine.slice/…` (v2). Other lines are skipped. */
export function parseMemberships(text: string): readonly CgroupMembership[] {
  return text.split('\n').flatMap(line => {
    const match = /^\d{1,10}:([^:]*):(\/.*)$/.exec(line);
    if (match === null) return [];
    const [, controllers = '', path = ''] = match;
    return [{ controllers: controllers === '' ? [] : controllers.split(','), path }];
  });
}

/** The cgroup hierarchies in `/proc/mounts`, in order of mounting. */
export function parseCgroupMounts(text: string): readonly CgroupMount[] {
  return text.split('\n').flatMap((line): readonly CgroupMount[] => {
    const [, folder, type, options] = line.split(' ');
    if (folder === undefined || options === undefined) return [];
    if (type !== 'cgroup' && type !== 'cgroup2') return [];
    const version = type === 'cgroup2' ? 2 : 1;
    return [{ version, folder: unescaped(folder), options: options.split(',') }];
  });
}

/**
 * Finds a domain's cgroup from where its main thread is. The hierarchy is the v1 one with the cpu controller when there
 * is one (v1 and hybrid hosts), else v2. QEMU's main thread sits in `…/libvirt/emulator`, so these components are taken
 * off, as libvirt does when it starts again.
 *
 * undefined when the process is in no cgroup that libvirt made.
 *
 * @see libvirt src/util/vircgroupv2.c:virCgroupV2DetectPlacement
 */
export function locateDomainCgroup(
  memberships: readonly CgroupMembership[],
  mounts: readonly CgroupMount[],
): DomainCgroup | undefined {
  const mount = cpuMount(mounts);
  const membership = memberships.find(one =>
    mount?.version !== 1 ? one.controllers.length === 0 : one.controllers.includes('cpu'),
  );
  if (mount === undefined || membership === undefined) return undefined;
  const components = componentsOf(membership);
  if (components.includes('..') || components.at(-1) !== 'emulator') return undefined;
  return placeIn(mount, components.slice(0, -1));
}

/** Which version has the CPU controller; undefined: none. */
export function cgroupVersionOf(mounts: readonly CgroupMount[]): 1 | 2 | undefined {
  return cpuMount(mounts)?.version;
}

function cpuMount(mounts: readonly CgroupMount[]): CgroupMount | undefined {
  const v1 = mounts.find(mount => mount.version === 1 && mount.options.includes('cpu'));
  return v1 ?? mounts.find(one => one.version === 2);
}

/**
 * The same cgroup for another controller, which on v1 is in a hierarchy of its own; there only cpu's has cgroups of
 * threads. undefined when no hierarchy has the controller; a path when the process has strayed into another cgroup
 * there, so that nothing of the domain's reaches it.
 */
export function locateControllerCgroup(
  memberships: readonly CgroupMembership[],
  mounts: readonly CgroupMount[],
  controller: 'memory' | 'blkio',
): DomainCgroup | { readonly strayed: string } | undefined {
  const cpu = locateDomainCgroup(memberships, mounts);
  if (cpu?.version !== 1) return cpu;
  const nested = (name: string) => {
    const found = memberships.find(one => one.controllers.includes(name));
    const components = found === undefined ? [] : componentsOf(found);
    return components.at(-1) === 'emulator' ? components.slice(0, -1) : components;
  };
  const mount = mounts.find(one => one.version === 1 && one.options.includes(controller));
  if (mount === undefined) return undefined;
  const path = nested(controller).join('/');
  return path === nested('cpu').join('/') ? placeIn(mount, nested(controller)) : { strayed: `/${path}` };
}

function componentsOf(membership: CgroupMembership): readonly string[] {
  return membership.path.split('/').filter(component => component !== '');
}

function placeIn(mount: CgroupMount, nested: readonly string[]): DomainCgroup {
  const scope = nested.at(-1) === 'libvirt' ? nested.slice(0, -1) : nested;
  const folder = (path: readonly string[]) => [mount.folder.replace(/\/$/, ''), ...path].join('/');
  return { version: mount.version, scope: folder(scope), nested: folder(nested) };
}

/** The kernel writes blanks and backslashes of a path as three octal digits. @see linux fs/proc_namespace.c:mangle */
function unescaped(path: string): string {
  return path.replace(/\\([0-7]{3})/g, (_all, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );
}

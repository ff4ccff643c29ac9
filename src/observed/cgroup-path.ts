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
  /** The latter from the root of the hierarchy, as `/proc/PID/cgroup` has it. */
  readonly path: string;
  /** The groups around the scope, the outermost first. */
  readonly above: readonly OuterGroup[];
}

/** A group that others are in besides the domain. */
export interface OuterGroup {
  /** From the root of the hierarchy: `machine.slice`. */
  readonly name: string;
  readonly folder: string;
}

/** The kernel writes no more into one line: a path has at most PATH_MAX bytes. @see linux kernel/cgroup/cgroup.c:proc_cgroup_show */
const LONGEST = 4096 + 256;

/** `/proc/PID/cgroup`: `4:cpu,cpuacct:/machine.slice/…` (v1), `0::/machine.slice/…` (v2). Other lines are skipped. */
export function parseMemberships(text: string): readonly CgroupMembership[] {
  return text.split('\n').flatMap(line => {
    const match = /^\d{1,10}:([^:]*):(\/.*)$/.exec(line);
    if (match === null || line.length > LONGEST) return [];
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
 * Finds a domain's cgroup from where one of its threads is. The hierarchy is the v1 one with the cpu controller when there
 * is one (v1 and hybrid hosts), else v2. QEMU's main thread sits in `…/libvirt/emulator`, so these components are taken
 * off, as libvirt does when it starts again; a vCPU's or I/O thread's group is as good.
 *
 * undefined when the thread is in no cgroup that libvirt made.
 *
 * @see libvirt src/util/vircgroupv2.c:virCgroupV2DetectPlacement
 */
export function locateDomainCgroup(
  memberships: readonly CgroupMembership[],
  mounts: readonly CgroupMount[],
): DomainCgroup | undefined {
  const place = placeOfThread(memberships, mounts);
  if (place === undefined) return undefined;
  const components = componentsOf(place);
  if (components.includes('..') || !isThreadGroup(components.at(-1) ?? '')) return undefined;
  return placeIn(place.mount, components.slice(0, -1));
}

/** Where a thread is in the hierarchy that has the cpu controller. */
export interface ThreadPlace {
  readonly mount: CgroupMount;
  /** From the root of the hierarchy. */
  readonly path: string;
}

/** undefined when no hierarchy has that controller. */
export function placeOfThread(
  memberships: readonly CgroupMembership[],
  mounts: readonly CgroupMount[],
): ThreadPlace | undefined {
  const mount = cpuMount(mounts);
  const membership = memberships.find(one =>
    mount?.version !== 1 ? one.controllers.length === 0 : one.controllers.includes('cpu'),
  );
  return mount && membership && { mount, path: membership.path };
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
 * Whether a path may be a group of libvirt's, or below one, in a layout that is not known here; or lies outside of our
 * own namespace of cgroups, so that nothing of it can be seen.
 */
export function mayBeLibvirts(path: string): boolean {
  return /(?:^|\/)(?:\.\.|libvirt|machine-qemu[^/]*|[^/]*\.libvirt-qemu)(?:\/|$)/.test(path);
}

/** All groups from the root down to a path; of cgroup v1 without the root, which cannot be limited. */
export function groupsDownTo({ mount, path }: ThreadPlace): readonly OuterGroup[] {
  const components = componentsOf({ path });
  const root = mount.folder.replace(/\/$/, '');
  const below = components.map((_component, at) => {
    const within = components.slice(0, at + 1).join('/');
    return { name: within.replaceAll(' ', '\\x20'), folder: `${root}/${within}` };
  });
  // In a namespace of its own what looks like the root may be limited.
  return mount.version === 1 ? below : [{ name: '/', folder: root }, ...below];
}

function isThreadGroup(name: string): boolean {
  return /^(?:emulator|(?:vcpu|iothread)\d{1,6})$/.test(name);
}

/** A controller besides cpu's. */
export type Controller = 'memory' | 'blkio';

/**
 * The same cgroup for another controller, which on v1 is in a hierarchy of its own; there only cpu's has cgroups of
 * threads. undefined when no hierarchy has the controller, or nothing can be told; a path when the process has strayed
 * into another cgroup there, so that nothing of the domain's reaches it.
 */
export function locateControllerCgroup(
  memberships: readonly CgroupMembership[],
  mounts: readonly CgroupMount[],
  controller: Controller,
): DomainCgroup | { readonly strayed: string } | undefined {
  const cpu = locateDomainCgroup(memberships, mounts);
  const place = placeOfThread(memberships, mounts);
  if (place?.mount.version !== 1) {
    return cpu ?? (place && !mayBeLibvirts(place.path) ? { strayed: place.path } : undefined);
  }
  const mount = mounts.find(one => one.version === 1 && one.options.includes(controller));
  const found = memberships.find(one => one.controllers.includes(controller));
  if (mount === undefined) return undefined;
  const nested = found === undefined ? [] : withoutThreadGroup(componentsOf(found));
  const path = `/${nested.join('/')}`;
  const isHome = cpu === undefined ? mayBeLibvirts(path) : path === cpu.path;
  return isHome ? placeIn(mount, nested) : { strayed: path };
}

function withoutThreadGroup(components: readonly string[]): readonly string[] {
  return isThreadGroup(components.at(-1) ?? '') ? components.slice(0, -1) : components;
}

function componentsOf(membership: Pick<CgroupMembership, 'path'>): readonly string[] {
  return membership.path.split('/').filter(component => component !== '');
}

function placeIn(mount: CgroupMount, nested: readonly string[]): DomainCgroup {
  const scope = nested.at(-1) === 'libvirt' ? nested.slice(0, -1) : nested;
  const folder = (path: readonly string[]) => [mount.folder.replace(/\/$/, ''), ...path].join('/');
  const above = groupsDownTo({ mount, path: scope.slice(0, -1).join('/') });
  const path = `/${nested.join('/')}`;
  return { version: mount.version, scope: folder(scope), nested: folder(nested), path, above };
}

/** The kernel writes blanks and backslashes of a path as three octal digits. @see linux fs/proc_namespace.c:mangle */
function unescaped(path: string): string {
  return path.replace(/\\([0-7]{3})/g, (_all, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );
}

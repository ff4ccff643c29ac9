import {
  type CgroupMembership,
  type CgroupMount,
  type Controller,
  locateControllerCgroup,
} from '../observed/cgroup-path.ts';
import type { HostReader } from '../ports/host.ts';
import { type CgroupFile, readKnobs } from './cgroup-file.ts';

const knobs = {
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

/** The files of memory and block I/O of one running domain. */
export interface CgroupResources {
  /** Without those of controllers that the domain has no cgroup of. */
  readonly resources: readonly CgroupFile[];
  /** Controllers in whose hierarchy QEMU is in another cgroup than its domain's, with that cgroup's path. */
  readonly strayed: Readonly<Partial<Record<Controller, string>>>;
}

/** Reads them where the process is; of one that has strayed nothing of the domain's reaches it. */
export async function readResources(
  host: HostReader,
  memberships: readonly CgroupMembership[],
  mounts: readonly CgroupMount[],
  version: 1 | 2,
): Promise<CgroupResources> {
  const places = {
    memory: locateControllerCgroup(memberships, mounts, 'memory'),
    blkio: locateControllerCgroup(memberships, mounts, 'blkio'),
  };
  const wanted = knobs[version].flatMap(({ controller, subject, knob }) => {
    const at = places[controller];
    if (at === undefined || 'strayed' in at) return [];
    // Without systemd both are one.
    const isBoth = at.scope === at.nested && subject === 'scope';
    if (isBoth && (controller === 'memory' || knob === 'io.max')) return [];
    return [{ subject, knob, folder: subject === 'scope' ? at.scope : at.nested }];
  });
  return { resources: await readKnobs(host, wanted), strayed: strayedOf(places) };
}

function strayedOf(
  places: Readonly<Record<Controller, ReturnType<typeof locateControllerCgroup>>>,
): CgroupResources['strayed'] {
  const entries = Object.entries(places).flatMap(([controller, place]) =>
    place !== undefined && 'strayed' in place ? [[controller, place.strayed] as const] : [],
  );
  return Object.fromEntries(entries);
}

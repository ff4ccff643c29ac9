import { escapedUnit, unescapedUnit } from './machine-name.ts';
import type { Pseudonyms } from './pseudonyms.ts';

/** Groups that systemd, libvirt and the kernel make on every host. */
const known = new Set([
  ...['..', '.', 'machine', 'machine.slice', 'system.slice', 'user.slice', '-.slice', 'init.scope'],
  ...['libvirt', 'emulator', 'libvirtd.service', 'virtqemud.service', 'libvirt-qemu', 'unified', 'systemd'],
]);
const controllers =
  /^(?:cpu|cpuacct|cpuset|memory|blkio|io|pids|devices|freezer|net_cls|net_prio|perf_event|hugetlb|rdma|misc)(?:,(?:cpu|cpuacct|cpuset|memory|blkio|io|pids|net_cls|net_prio))*$/;
const threads = /^(?:vcpu|iothread)\d{1,6}$/;
const machineUnit = /^machine-(qemu|lxc|ch|xen)\\x2d(\d{1,10})\\x2d(.+)\.scope$/;
const machineGroup = /^(qemu|lxc)-(\d{1,10})-(.+)\.libvirt-(qemu|lxc)$/;
const olderGroup = /^(.+)\.libvirt-(qemu|lxc)$/;
const unit = /^(.*)\.(slice|scope|service|socket|mount|partition)$/;

/** One component of a cgroup's path, and so the name of a unit. What of it libvirt and systemd go by stays. */
export function redactGroup(name: string, names: Pseudonyms): string {
  if (known.has(name) || controllers.test(name) || threads.test(name)) return name;
  const [, kind, id, machine] = machineUnit.exec(name) ?? [];
  if (machine !== undefined) {
    return `machine-${kind}\\x2d${id}\\x2d${escapedUnit(names.machine(unescapedUnit(machine)))}.scope`;
  }
  const [, driver, number, plain, suffix] = machineGroup.exec(name) ?? [];
  if (plain !== undefined) return `${driver}-${number}-${names.machine(plain)}.libvirt-${suffix}`;
  const [, older, hypervisor] = olderGroup.exec(name) ?? [];
  if (older !== undefined) return `${names.machine(older)}.libvirt-${hypervisor}`;
  const [, stem, ending] = unit.exec(name) ?? [];
  if (stem !== undefined)
    return `${stem
      .split('-')
      .map(part => unitPart(part, names))
      .join('-')}.${ending}`;
  return `group${names.digits(name, 11)}`;
}

/** `machine-customer.slice` is inside of `machine.slice`: that stays so. */
function unitPart(part: string, names: Pseudonyms): string {
  if (part === '' || /^(?:machine|system|user)$/.test(part)) return part;
  return `u${names.digits(part, 11)}`;
}

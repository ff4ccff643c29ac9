import { decodeEntities } from '../xml/entities.ts';
import { redactGroup } from './cgroup-group.ts';
import type { Pseudonyms } from './pseudonyms.ts';
import { resourceProperty } from './unit-property.ts';

type Rule = (component: string, names: Pseudonyms) => string;

const is = (pattern: RegExp): Rule => {
  return (component, names) => (pattern.test(component) ? component : names.word(component));
};
const device: Rule = (component, names) => names.device(component);
const block: Rule = (component, names) => names.blockDevice(component);

const cgroupFile =
  /^(?:(?:cpu|cpuacct|cpuset|memory|io|blkio|cgroup|pids)\.[a-z][a-z0-9_.]*|tasks|notify_on_release|release_agent)$/;
const ofCgroups: Rule = (component, names) =>
  cgroupFile.test(component) ? component : redactGroup(component, names);
const ofProcess = is(
  /^(?:\d{1,10}|self|task|cgroup|mounts|stat|status|comm|schedstat|sys|kernel|random|boot_id|net|dev|thread-self)$/,
);
const ofDevice: Rule = (component, names) => {
  const [, direction, other] = /^(upper|lower)_(.+)$/.exec(component) ?? [];
  if (other !== undefined) return `${direction}_${names.device(other)}`;
  return /^(?:tap|macvtap)\d{1,9}$/.test(component) ? component : sysfsName(component, names);
};
const sysfsName = is(
  /^(?:addr_assign_type|addr_len|address|bridge|brif|brport|broadcast|carrier|carrier_changes|carrier_down_count|carrier_up_count|dev_id|dev_port|dormant|duplex|flags|gro_flush_timeout|ifalias|ifindex|iflink|link_mode|macvtap|master|mtu|name_assign_type|napi_defer_hard_irqs|netdev_group|operstate|owner|group|phys_port_id|phys_port_name|phys_switch_id|power|proto_down|queues|speed|statistics|subsystem|testing|threaded|tun_flags|tx_queue_len|type|uevent|device|driver|dev)$/,
);
const ofUnits: Rule = (component, names) => {
  const dropIns = /^(.+)\.d$/.exec(component)?.[1];
  if (dropIns !== undefined)
    return `${/^[a-z]+$/.test(dropIns) ? unitKind(dropIns, names) : redactGroup(dropIns, names)}.d`;
  const [, number, property] = /^(\d\d)-(\w+)\.conf$/.exec(component) ?? [];
  if (property !== undefined && resourceProperty.test(property)) return `${number}-${property}.conf`;
  return component.endsWith('.conf') ? `${names.word(component.slice(0, -5))}.conf` : names.word(component);
};
const unitKind = is(/^(?:scope|slice|service|socket|mount)$/);
const ofDev = is(/^(?:disk|by-id|by-path|by-uuid|by-label|by-partuuid|by-partlabel|mapper)$/);
/** Files of libvirt's are called after their domain; that of the process id as in XML. */
const ofLibvirt: Rule = (component, names) => {
  const [, name, ending] = /^(.+)\.(pid|xml|log|monitor|sock)$/.exec(component) ?? [];
  return name === undefined ? names.word(component) : `${names.domain(decodeEntities(name))}.${ending}`;
};

/** Folders whose names say nothing, and what stands below them. The first that fits counts. */
const places: readonly { readonly folder: string; readonly below: Rule; readonly first?: Rule }[] = [
  { folder: '/sys/fs/cgroup', below: ofCgroups },
  { folder: '/sys/class/net', first: device, below: ofDevice },
  { folder: '/sys/class/block', first: block, below: sysfsName },
  { folder: '/sys/devices/system/cpu', below: is(/^(?:online|possible|present|cpu\d{1,5}|topology)$/) },
  { folder: '/sys/kernel/sched_ext', below: is(/^(?:state|root|ops)$/) },
  { folder: '/proc', below: ofProcess },
  { folder: '/run/udev/data', below: is(/^[bcn]\d{1,5}(?::\d{1,8})?$/) },
  { folder: '/run/libvirt/qemu', below: ofLibvirt },
  ...['/etc/systemd/system.control', '/run/systemd/system.control', '/run/systemd/transient'].map(ofSystemd),
  ...['/usr/lib/systemd/system', '/run/systemd/system', '/etc/systemd/system'].map(ofSystemd),
];

function ofSystemd(folder: string) {
  return { folder, below: ofUnits };
}

/**
 * A path in which no folder, file or device is called as it was, but for those that are on every host. It has as many
 * components as before, and stays below `/dev`, `/proc`, `/sys`, and where libvirt and systemd keep things.
 *
 * @param isGroup whether it may be that of a cgroup somewhere else than in `/sys/fs/cgroup`
 */
export function redactPath(path: string, names: Pseudonyms, isGroup = false): string {
  const place = places.find(({ folder }) => path === folder || path.startsWith(`${folder}/`));
  if (place !== undefined) {
    const rest = path.slice(place.folder.length).split('/');
    const { first = place.below, below } = place;
    const hidden = rest.map((one, at) => (one === '' ? '' : (at === 1 ? first : below)(one, names)));
    return place.folder + hidden.join('/');
  }
  if (path.startsWith('/dev/')) return `/dev/${redactDevPath(path.slice('/dev/'.length), names)}`;
  return elsewhere(path, names, isGroup);
}

/** What stands behind `/dev/`. */
export function redactDevPath(path: string, names: Pseudonyms): string {
  const components = path.split('/');
  if (components.length === 1) return names.blockDevice(path);
  return components.map(one => (one === '' ? '' : ofDev(one, names))).join('/');
}

const common = new Set([
  'dev',
  'proc',
  'sys',
  'run',
  'etc',
  'usr',
  'lib',
  'class',
  'fs',
  'net',
  'block',
  'kernel',
  'task',
]);

/** Where cgroups are mounted elsewhere, their paths tell what they are. */
const groups =
  /\/(?:machine\.slice|machine|[^/]+\.scope|[^/]+\.libvirt-qemu|emulator|(?:vcpu|iothread)\d{1,6})(?:\/|$)/;

/** A folder above those of the table, or any other path. */
function elsewhere(path: string, names: Pseudonyms, isGroup: boolean): string {
  const isAbove = places.some(({ folder }) => folder.startsWith(`${path}/`));
  if (isAbove && path.split('/').every(one => one === '' || common.has(one))) return path;
  const isGroups = isGroup || groups.test(path);
  return path
    .split('/')
    .map(one => {
      if (one === '') return '';
      return isGroups ? ofCgroups(one, names) : names.word(one);
    })
    .join('/');
}

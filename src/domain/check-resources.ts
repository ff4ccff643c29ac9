import type { Diagnostic } from '../diagnostics.ts';
import { ioWeightV1, ioWeightV2 } from '../ranges.ts';
import type { HostCapabilities } from './capabilities.ts';
import type { DomainDefinition } from './definition.ts';
import { interfaceEnforcer } from './enforcement.ts';
import { interfaceName } from './interface-identity.ts';
import { mergeLimits } from './merge.ts';
import type { LimitName, Limits } from './tuning.ts';
import type { WantedSection, WantedSections } from './wanted-sections.ts';

/** Less than this beyond the guest's memory does not do for QEMU itself, in KiB. */
const HEADROOM_KIB = 256 * 1024;

/** Findings on limits that only our own keys ask for, on a domain and the host that it is on. */
export function checkResources(
  wanted: WantedSections,
  domain: DomainDefinition,
  host: HostCapabilities,
): readonly Diagnostic[] {
  const memory = mergeLimits({ kind: 'memory' }, domain.memtune, wanted.memory.limits);
  return [
    ...checkMemory(wanted.memory, memory, domain.memoryKib),
    ...checkMemoryHost(wanted.memory, host),
    ...checkWeight(wanted.blkio, host),
    ...wanted.hostDevices.flatMap(device => checkHostDevice(device, host)),
    ...checkFloor(wanted.interface, domain),
  ];
}

/**
 * Whether memory limits go together, and leave the guest its own memory.
 *
 * @param limits all of them, as after `mergeLimits`
 * @param guestKib the guest's memory; undefined: not known
 * @see libvirt src/qemu/qemu_driver.c:qemuDomainSetMemoryParameters
 */
export function checkMemory(
  section: WantedSection,
  limits: Limits,
  guestKib: number | undefined,
): readonly Diagnostic[] {
  if (Object.keys(section.limits).length === 0) return [];
  const { hard_limit: hard, soft_limit: soft, swap_hard_limit: swap } = limits;
  const found: Diagnostic[] = [];
  const say = (parameter: LimitName, rest: Omit<Diagnostic, 'path' | 'value'>) => {
    found.push({ ...rest, path: pathOf(section, parameter), value: String(limits[parameter]) });
  };
  if (hard && soft && soft > hard) {
    say('soft_limit', { code: 'soft-above-hard', severity: 'error', args: { hard } });
  }
  if (swap && (!hard || swap < hard)) {
    say('swap_hard_limit', { code: 'swap-below-hard', severity: 'error', args: { hard: hard || 'none' } });
  }
  if (hard && guestKib !== undefined && hard < guestKib + HEADROOM_KIB) {
    const severity = hard < guestKib ? 'error' : 'warning';
    const args = { guest: guestKib, left: Math.max(0, hard - guestKib) };
    say('hard_limit', { code: 'little-memory', severity, args });
  }
  return found;
}

function checkMemoryHost(section: WantedSection, host: HostCapabilities): readonly Diagnostic[] {
  const found: Diagnostic[] = [];
  const [first] = Object.keys(section.limits) as LimitName[];
  if (first !== undefined && host.hasMemoryLimit === false) {
    const args = { what: 'cgroup memory controller' };
    found.push({ code: 'no-such-control', severity: 'error', path: pathOf(section, first), args });
  } else if (section.limits.swap_hard_limit !== undefined && host.hasSwapLimit === false) {
    const args = { what: 'accounting of swap' };
    const path = pathOf(section, 'swap_hard_limit');
    found.push({ code: 'no-such-control', severity: 'error', path, args });
  }
  if (section.limits.swap_hard_limit && host.cgroupVersion === 2) {
    found.push({ code: 'swap-alone', severity: 'info', path: pathOf(section, 'swap_hard_limit') });
  }
  return found;
}

/**
 * On cgroup v1 systemd, which libvirt asks for a weight, moves QEMU out of its domain's cgroup: seen with systemd 252,
 * the weight and every other limit of block I/O are for nothing then. Elsewhere the kernel's ranges; a host that is not known may be of either version. A kernel in which no I/O
 * scheduler knows weights has no file for them, and libvirt refuses.
 *
 * @see libvirt src/util/vircgroupv1.c:virCgroupV1SetBlkioWeight, vircgroupv2.c
 */
function checkWeight(section: WantedSection, host: HostCapabilities): readonly Diagnostic[] {
  const { weight } = section.limits;
  if (weight === undefined) return [];
  const path = pathOf(section, 'weight');
  if (host.cgroupVersion === 1 && host.systemd === true && host.hasIoWeight !== false)
    return [{ code: 'weight-strays', severity: 'error', path }];
  if (host.hasIoWeight === false) {
    const args = { what: 'I/O scheduler with weights (BFQ)' };
    return [{ code: 'no-such-control', severity: 'error', path, args }];
  }
  const range = host.cgroupVersion === 2 ? ioWeightV2 : ioWeightV1;
  if (weight >= range.min && weight <= range.max) return [];
  const severity = host.cgroupVersion === undefined ? 'warning' : 'error';
  const where = host.cgroupVersion === 2 ? 'cgroup v2' : 'cgroup v1';
  return [{ code: 'out-of-range', severity, path, value: String(weight), args: { ...range, where } }];
}

function checkHostDevice(
  device: WantedSection & { readonly path: string },
  host: HostCapabilities,
): readonly Diagnostic[] {
  const [key] = Object.values(device.because);
  if (!host.missingDevices?.has(device.path)) return checkDeviceWeight(device, host);
  const args = { what: `block device '${device.path}'` };
  return [{ code: 'no-such-control', severity: 'error', path: key ?? device.path, args }];
}

/**
 * Where libvirt has systemd set weights it passes on the path of a cgroup file instead of the device's, and up to 9.0
 * at least its daemon ends on that: this must never be tried.
 *
 * @see libvirt src/util/vircgroupv2.c:virCgroupV2SetBlkioDeviceWeight
 */
function checkDeviceWeight(
  section: WantedSection & { readonly path: string },
  host: HostCapabilities,
): readonly Diagnostic[] {
  if (section.limits.device_weight === undefined || host.systemd === false) return [];
  const severity = host.libvirtVersion === undefined ? 'warning' : 'error';
  const path = pathOf(section, 'device_weight');
  return [{ code: 'device-weight-breaks', severity, path, value: section.path }];
}

/**
 * A floor is kept by the bridge of a virtual network of libvirt's own; for everything else libvirt refuses it.
 *
 * @see libvirt src/conf/domain_conf.c:virDomainNetBandwidthUpdate, src/network/bridge_driver.c:networkCheckBandwidth
 */
function checkFloor(section: WantedSection, domain: DomainDefinition): readonly Diagnostic[] {
  if (!section.limits['inbound.floor']) return [];
  const path = pathOf(section, 'inbound.floor');
  return domain.interfaces.flatMap((nic): readonly Diagnostic[] => {
    if (nic.type !== 'network' || interfaceEnforcer(nic) !== 'tap') {
      const args = { type: nic.type, mac: interfaceName(nic) };
      return [{ code: 'floor-not-possible', severity: 'error', path, args }];
    }
    const args = { network: nic.source ?? '?', mac: interfaceName(nic) };
    return [{ code: 'floor-needs-network', severity: 'warning', path, args }];
  });
}

function pathOf(section: WantedSection, parameter: LimitName): string {
  return section.because[parameter] ?? parameter;
}

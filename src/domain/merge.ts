import { type BandwidthParameter, bandwidthParameters } from './bandwidth.ts';
import { type InterfaceEnforcer, isOvsHeld } from './enforcement.ts';
import { hasIoLimit, type IoTuneParameter, ioTuneParameters } from './iotune.ts';
import type { DeviceRef, Limits, Parameter } from './tuning.ts';

/**
 * What a device's limits are after `desired` has been applied and what was not asked for has been kept, by libvirt's
 * own rules. An explicit 0 stays in the result as 0, "this limit is taken away", so that merging once more changes
 * nothing; zeros of `current` do not.
 *
 * - cpu, memory, blkio, a device of the host: each parameter by itself.
 * - disk: a family (base, burst rate or burst length, of bytes or of operations) of which one is given is replaced
 *   whole. Bursts whose base went with it go too, since QEMU refuses them; so does a group that limits nothing more.
 * - interface: a direction of which one is given is replaced whole, but `inbound.floor` stays. On an Open vSwitch
 *   port the average is also the peak, unless a peak is given. Without an enforcer nothing changes: libvirt refuses.
 *
 * @see libvirt src/qemu/qemu_driver.c:qemuDomainSetBlockIoTuneDefaults, qemuDomainSetInterfaceParameters
 */
export function mergeLimits(
  device: DeviceRef,
  current: Limits,
  desired: Limits,
  enforcer?: InterfaceEnforcer,
): Limits {
  switch (device.kind) {
    case 'cpu':
    case 'memory':
    case 'blkio':
    case 'host-device':
      return { ...withoutZeros(current), ...desired };
    case 'disk':
      return mergeIoTune(current, desired);
    case 'interface':
      return enforcer === 'none' ? current : mergeBandwidth(current, desired, isOvsHeld(enforcer));
  }
}

function mergeIoTune(current: Limits, desired: Limits): Limits {
  const given = new Set(ioTuneParameters.filter(one => desired[one] !== undefined).map(ioTuneFamily));
  const kept = ioTuneParameters.filter(parameter => !given.has(ioTuneFamily(parameter)));
  const merged = { ...withoutZeros(pick(current, kept)), ...pick(desired, ioTuneParameters) };
  const limits = dropOrphans(merged, desired);
  const group = desired.group_name ?? (hasIoLimit(limits) ? current.group_name : undefined);
  return { ...limits, ...(group !== undefined && { group_name: group }) };
}

/** `read_bytes_sec_max` → `bytes_sec_max`: what libvirt replaces as a whole. `size_iops_sec` is its own family. */
function ioTuneFamily(parameter: IoTuneParameter): string {
  return parameter.replace(/^(?:total|read|write)_/, '');
}

/** Leaves out what QEMU refuses once its base is gone, except what is asked for: that is a finding, not ours to drop. */
function dropOrphans(merged: Limits, desired: Limits): Limits {
  const kept: Partial<Record<Parameter, number>> = { ...merged };
  for (const suffix of ['_max', '_max_length']) {
    for (const parameter of ioTuneParameters.filter(one => one.endsWith(`sec${suffix}`))) {
      const needs = parameter.replace(/_(?:max|length)$/, '') as IoTuneParameter;
      if (desired[parameter] === undefined && !kept[needs]) delete kept[parameter];
    }
  }
  const hasIops = ioTuneParameters.some(
    one => one.endsWith('_iops_sec') && one !== 'size_iops_sec' && kept[one],
  );
  if (desired.size_iops_sec === undefined && !hasIops) delete kept.size_iops_sec;
  return kept;
}

function mergeBandwidth(current: Limits, desired: Limits, ovs: boolean): Limits {
  const given = new Set(bandwidthParameters.filter(one => desired[one] !== undefined).map(directionOf));
  const kept = bandwidthParameters.filter(one => one === 'inbound.floor' || !given.has(directionOf(one)));
  const merged = { ...withoutZeros(pick(current, kept)), ...pick(desired, bandwidthParameters) };
  const average = merged['inbound.average'];
  if (!ovs || !average || merged['inbound.peak']) return merged;
  return { ...merged, 'inbound.peak': average };
}

function directionOf(parameter: BandwidthParameter): string {
  return parameter.startsWith('inbound') ? 'inbound' : 'outbound';
}

function pick(limits: Limits, parameters: readonly Parameter[]): Limits {
  const given = parameters.filter(parameter => limits[parameter] !== undefined);
  return Object.fromEntries(given.map(parameter => [parameter, limits[parameter]]));
}

function withoutZeros(limits: Limits): Limits {
  return Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== 0));
}

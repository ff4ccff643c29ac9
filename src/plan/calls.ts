import { type Bandwidth, bandwidthParameters } from '../domain/bandwidth.ts';
import type { BlkioTune, HostDeviceParameter } from '../domain/blkiotune.ts';
import { type CpuTune, type CpuTuneParameter, DEFAULT_PERIOD_US } from '../domain/cputune.ts';
import type { InterfaceRef } from '../domain/interface-identity.ts';
import { hasIoLimit, type IoTune, ioTuneParameters } from '../domain/iotune.ts';
import { type MemTune, memoryUnlimitedKib } from '../domain/memtune.ts';
import { type OvsPortLimits, ovsPortLimits } from '../domain/ovs-port.ts';
import type { Limits } from '../domain/tuning.ts';
import { cpuQuota } from '../ranges.ts';
import { type PolicerCall, policerCalls } from './libvirt-policer.ts';
import type { Step } from './plan.ts';

/** One typed-parameter call of libvirt on a running domain, or transaction of Open vSwitch: done whole or not at all. */
export type Call =
  | { readonly kind: 'scheduler'; readonly parameters: CpuTune }
  | { readonly kind: 'memory'; readonly parameters: MemTune }
  | { readonly kind: 'blkio'; readonly parameters: BlkioParameters }
  | { readonly kind: 'block-io-tune'; readonly target: string; readonly parameters: IoTune }
  | {
      readonly kind: 'interface';
      readonly mac: string;
      /** The device on the host, where the MAC is another interface's too. */
      readonly dev?: string;
      readonly parameters: Bandwidth;
    }
  /** Does with tc what libvirt leaves undone. */
  | PolicerCall
  /** Takes what is ours on an Open vSwitch port out of force; libvirt and tc are free to write then. */
  | { readonly kind: 'ovs-detach'; readonly dev: string }
  /** Puts limits on an Open vSwitch port in its database; none: gives back what was there before ours. */
  | { readonly kind: 'ovs-set'; readonly dev: string; readonly limits: OvsPortLimits };

/** What was in force before a plan, for what libvirt's definition does not tell. */
export interface HeldBefore {
  /** What the kernel holds of what libvirt cannot unset. */
  readonly kernel: Limits;
  /** A port's limits in Open vSwitch's database. */
  readonly ovs: (dev: string) => OvsPortLimits;
  /** The directions in which libvirt's own tc state limited a device. */
  readonly tc: (dev: string) => { readonly inbound: boolean; readonly outbound: boolean };
}

/** A weight, or limits of host devices as libvirt wants them: `device_read_bytes_sec` = `/dev/sda,1048576`. */
export type BlkioParameters = BlkioTune & Readonly<Partial<Record<HostDeviceParameter, string>>>;

/** The calls that bring a running domain's device from `before` to `after`. */
export function forwardCalls(step: Step): readonly Call[] {
  if (step.enforcer === 'ovs-native') return nativeCalls(step);
  return callsTo(step, step.before, step.after);
}

/**
 * The calls that take a step back, whether or not all of it was done.
 *
 * @param before what the enforcers held, for what libvirt's definition does not tell: values that it cannot unset on a
 *   running domain (`cpu_shares`, periods, the I/O weight) are put back as numbers, rows of Open vSwitch as they were.
 *   The weight also when it is defined: libvirt's definition may have it on another scale.
 */
export function undoCalls(step: Step, before: HeldBefore): readonly Call[] {
  if (step.enforcer === 'ovs-native') return nativeUndo(step, before);
  if (step.device.kind === 'blkio')
    return callsTo(step, step.after, { ...step.before, ...kernelOf(step, before.kernel) });
  if (step.device.kind !== 'cpu') return callsTo(step, step.after, step.before);
  return [...callsTo(step, step.after, { ...kernelOf(step, before.kernel), ...step.before })].reverse();
}

function callsTo(step: Step, from: Limits, to: Limits): readonly Call[] {
  const { device } = step;
  switch (device.kind) {
    case 'cpu':
      return cpuCalls(step, to);
    case 'memory':
      return [{ kind: 'memory', parameters: memoryParameters(step, to) }];
    case 'blkio':
      return [{ kind: 'blkio', parameters: { weight: to.weight ?? 0 } }];
    case 'host-device':
      return hostDeviceCalls(step, device.path, to);
    case 'disk': {
      const set = ioTuneCall(device.target, to);
      return leavesGroup(step, from, to) ? [ioTuneCall(device.target, {}), set] : [set];
    }
    case 'interface': {
      const set = interfaceCall(step, device, to);
      const policer = policerCalls(step, from, to);
      return needsClearing(step, from, to) ? [interfaceCall(step, device, {}), set] : [set, ...policer];
    }
  }
}

/**
 * In one call, because libvirt knows the order in which memory and swap must change. What does not change is left
 * out: without swap accounting libvirt refuses a swap limit, also "none".
 */
function memoryParameters(step: Step, to: Limits): MemTune {
  const changed = step.changes.map(change => change.parameter as keyof MemTune);
  return Object.fromEntries(changed.map(parameter => [parameter, to[parameter] || memoryUnlimitedKib]));
}

/** One call per parameter, as for cpu. 0 takes a limit away. */
function hostDeviceCalls(step: Step, path: string, to: Limits): readonly Call[] {
  return step.changes.map(({ parameter }) => ({
    kind: 'blkio',
    parameters: { [parameter]: `${path},${to[parameter] ?? 0}` },
  }));
}

/**
 * Open vSwitch writes tc only when its database changes, and libvirt leaves max-rate, burst and ingress_policing_burst
 * there when an update no longer has them: what was lost or goes away has to be cleared first. So has what nothing
 * limits yet: up to 10.2 libvirt leaves the rows of a domain that stopped, later sets those, and never attaches them.
 *
 * @see libvirt src/util/virnetdevopenvswitch.c:virNetDevOpenvswitchInterfaceSetTxQos
 */
function needsClearing(step: Step, from: Limits, to: Limits): boolean {
  if (step.enforcer !== 'ovs') return false;
  const isNew = !from['inbound.average'] && Boolean(to['inbound.average']);
  return isNew || losesParameter(from, to) || step.changes.some(change => change.reason === 'enforcer');
}

function interfaceCall({ dev }: Step, { mac, id }: InterfaceRef, to: Limits): Call {
  const named = id === undefined || dev === undefined ? { mac } : { mac, dev };
  return { kind: 'interface', ...named, parameters: bothDirections(to) };
}

/**
 * libvirt's definition first, so that it stays true: its tc state goes when Open vSwitch's comes. Ours is taken out of
 * force before: Open vSwitch writes tc only when its database changes.
 */
function nativeCalls(step: Step): readonly Call[] {
  const { dev = '' } = step;
  return [
    ...definedAnew(step, step.after),
    { kind: 'ovs-detach', dev },
    { kind: 'ovs-set', dev, limits: ovsPortLimits(step.after) },
  ];
}

/**
 * Back to rows of ours, or to what libvirt had set with tc. Open vSwitch may have removed that already, and libvirt sets
 * it anew whenever it is called: in such a direction ours comes before libvirt's and goes after it, since Open vSwitch
 * removes tc state when its own limits go, and then only.
 */
function nativeUndo(step: Step, before: HeldBefore): readonly Call[] {
  const { dev = '' } = step;
  const limits = before.ovs(dev);
  const set: Call = { kind: 'ovs-set', dev, limits };
  if (limits.inbound ?? limits.outbound) {
    return [...definedAnew(step, step.before), { kind: 'ovs-detach', dev }, set];
  }
  const again = {
    ...step,
    changes: step.changes.map(change => ({ ...change, reason: 'definition' as const })),
  };
  const libvirts = definedAnew(again, step.before);
  const lost = lostBefore(ovsPortLimits(step.before), before.tc(dev));
  return (lost.inbound ?? lost.outbound)
    ? [{ kind: 'ovs-set', dev, limits: lost }, ...libvirts, set]
    : [{ kind: 'ovs-detach', dev }, set, ...libvirts];
}

/** What libvirt's definition had and its tc state did not. */
function lostBefore({ inbound, outbound }: OvsPortLimits, tc: ReturnType<HeldBefore['tc']>): OvsPortLimits {
  return { ...(inbound && !tc.inbound && { inbound }), ...(outbound && !tc.outbound && { outbound }) };
}

function definedAnew(step: Step, to: Limits): readonly Call[] {
  const { device, changes } = step;
  if (device.kind !== 'interface' || !changes.some(change => change.reason === 'definition')) return [];
  return [interfaceCall(step, device, to)];
}

/** What of a step outlives the run of the domain: the rows of a port that is there without it. */
export function undoAfterRun(step: Step, before: HeldBefore): readonly Call[] {
  if (step.enforcer !== 'ovs-native') return [];
  const { dev = '' } = step;
  return [
    { kind: 'ovs-detach', dev },
    { kind: 'ovs-set', dev, limits: before.ovs(dev) },
  ];
}

/** One call per parameter: libvirt applies several one by one and does not take back the first ones. */
function cpuCalls(step: Step, to: Limits): readonly Call[] {
  return step.changes.map(change => {
    const parameter = change.parameter as CpuTuneParameter;
    return { kind: 'scheduler', parameters: { [parameter]: liveCpuValue(parameter, to[parameter]) } };
  });
}

/** 0 does nothing on a running domain: "no quota" is −1, "no period" the kernel's 100 ms. */
function liveCpuValue(parameter: CpuTuneParameter, value: number | undefined): number {
  // What an older libvirt had for "no limit" is more than this one takes.
  if (parameter.endsWith('_quota'))
    return value === undefined || value === 0 || value > cpuQuota.max ? -1 : value;
  if (parameter.endsWith('_period')) return value === undefined || value === 0 ? DEFAULT_PERIOD_US : value;
  return value ?? 0;
}

function kernelOf(step: Step, kernel: Limits): Limits {
  const changed = new Set<string>(step.changes.map(change => change.parameter));
  return Object.fromEntries(Object.entries(kernel).filter(([parameter]) => changed.has(parameter)));
}

function ioTuneCall(target: string, limits: Limits): Call {
  return { kind: 'block-io-tune', target, parameters: fullIoTune(limits) };
}

/** libvirt and QEMU keep a group that is left out; only without any limit the disk is out of it. */
function leavesGroup({ changes }: Step, from: Limits, to: Limits): boolean {
  const isForeign = changes.some(one => one.parameter === 'group_name' && one.reason === 'enforcer');
  return (from.group_name !== undefined || isForeign) && to.group_name === undefined && hasIoLimit(to);
}

/**
 * All 19 numbers: libvirt sets what is left out of a family to 0, and keeps families that are left out. It refuses a group
 * without limits.
 */
function fullIoTune(limits: Limits): IoTune {
  const group = hasIoLimit(limits) ? limits.group_name : undefined;
  return {
    ...Object.fromEntries(ioTuneParameters.map(parameter => [parameter, limits[parameter] ?? 0])),
    ...(group !== undefined && { group_name: group }),
  };
}

/** Both directions: on a network's portgroup libvirt drops the direction that is left out. */
function bothDirections(limits: Limits): Bandwidth {
  const given = bandwidthParameters.filter(parameter => (limits[parameter] ?? 0) !== 0);
  const set = Object.fromEntries(given.map(parameter => [parameter, limits[parameter]]));
  return { 'inbound.average': 0, 'outbound.average': 0, ...set };
}

function losesParameter(from: Limits, to: Limits): boolean {
  return bandwidthParameters.some(parameter => (from[parameter] ?? 0) !== 0 && (to[parameter] ?? 0) === 0);
}

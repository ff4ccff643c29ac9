import { type Bandwidth, bandwidthParameters } from '../domain/bandwidth.ts';
import type { CpuTune, CpuTuneParameter } from '../domain/cputune.ts';
import { hasIoLimit, type IoTune, ioTuneParameters } from '../domain/iotune.ts';
import type { Limits } from '../domain/tuning.ts';
import type { Step } from './plan.ts';

/** One typed-parameter call of libvirt on a running domain. Each is done whole or refused whole. */
export type Call =
  | { readonly kind: 'scheduler'; readonly parameters: CpuTune }
  | { readonly kind: 'block-io-tune'; readonly target: string; readonly parameters: IoTune }
  | { readonly kind: 'interface'; readonly mac: string; readonly parameters: Bandwidth };

/** The calls that bring a running domain's device from `before` to `after`. */
export function forwardCalls(step: Step): readonly Call[] {
  return callsTo(step, step.before, step.after);
}

/**
 * The calls that take a step back, whether or not all of it was done.
 *
 * @param kernel what the enforcers held before, for values that libvirt cannot unset on a running domain
 *   (`cpu_shares`, periods): those are put back as numbers.
 */
export function undoCalls(step: Step, kernel: CpuTune): readonly Call[] {
  if (step.device.kind !== 'cpu') return callsTo(step, step.after, step.before);
  return [...callsTo(step, step.after, { ...kernelOf(step, kernel), ...step.before })].reverse();
}

function callsTo(step: Step, from: Limits, to: Limits): readonly Call[] {
  const { device } = step;
  if (device.kind === 'cpu') return cpuCalls(step, to);
  if (device.kind === 'disk') {
    const set = ioTuneCall(device.target, to);
    return leavesGroup(from, to) ? [ioTuneCall(device.target, {}), set] : [set];
  }
  const set: Call = { kind: 'interface', mac: device.mac, parameters: bothDirections(to) };
  return needsClearing(step, from, to) ? [clear(device.mac), set] : [set];
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

function clear(mac: string): Call {
  return { kind: 'interface', mac, parameters: bothDirections({}) };
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
  if (parameter.endsWith('_quota')) return value === undefined || value === 0 ? -1 : value;
  if (parameter.endsWith('_period')) return value === undefined || value === 0 ? 100_000 : value;
  return value ?? 0;
}

function kernelOf(step: Step, kernel: CpuTune): CpuTune {
  const changed = new Set<string>(step.changes.map(change => change.parameter));
  return Object.fromEntries(Object.entries(kernel).filter(([parameter]) => changed.has(parameter)));
}

function ioTuneCall(target: string, limits: Limits): Call {
  return { kind: 'block-io-tune', target, parameters: fullIoTune(limits) };
}

/** libvirt keeps a group that is left out; only without any limit the disk is out of it. */
function leavesGroup(from: Limits, to: Limits): boolean {
  return from.group_name !== undefined && to.group_name === undefined && hasIoLimit(to);
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

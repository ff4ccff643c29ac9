import type { DomainDefinition } from '../domain/definition.ts';
import type { CounterSample, DiskCounters } from './counters.ts';
import {
  AT_LIMIT,
  grown,
  type Measurable,
  type Measured,
  SLACK,
  secondsBetween,
  usedOf,
  valueBeside,
} from './measured.ts';

/** What of a disk's counters a limit is about. */
const countedBy: Readonly<Record<string, (disk: DiskCounters) => number>> = {
  total_bytes_sec: one => one.readBytes + one.writeBytes,
  read_bytes_sec: one => one.readBytes,
  write_bytes_sec: one => one.writeBytes,
  total_iops_sec: one => one.readRequests + one.writeRequests,
  read_iops_sec: one => one.readRequests,
  write_iops_sec: one => one.writeRequests,
};

/** A request under way is counted as a whole when it ends. */
const REQUEST_BYTES = 1024 ** 2;

/**
 * What a disk has read or written in a second, those of its throttle group together. QEMU does not count what it holds
 * back: near the limit is at it. A burst may come on top of the rate: of its own length, else a tenth of a second's.
 *
 * @see QEMU util/throttle.c:throttle_compute_wait, throttle_fix_bucket
 */
export function diskUse(given: Measurable): Measured | undefined {
  const { limit, value, live, samples } = given;
  const { device, parameter } = limit;
  const count = countedBy[parameter];
  if (device.kind !== 'disk' || count === undefined) return undefined;
  const now = samples.now.disks.get(device.target);
  if (now === undefined) return undefined;
  const targets = inGroup(live, device.target);
  const total = (sample: CounterSample | undefined) => sum(sample, targets, count);
  const seconds = secondsBetween(samples);
  const amount = grown(total(samples.now), total(samples.before));
  const isKnown = seconds !== undefined && amount !== undefined;
  const peak = valueBeside(given, `${parameter}_max`);
  const burst = peak === undefined ? value / 10 : peak * (valueBeside(given, `${parameter}_max_length`) ?? 1);
  const underWay = parameter.includes('bytes') ? REQUEST_BYTES : 1;
  const used = isKnown ? amount / seconds : undefined;
  return {
    knob: { layer: 'qemu', subject: device.target, knob: 'block statistics' },
    usage: {
      device,
      parameter,
      limit: value,
      unit: limit.unit,
      ...usedOf(used, value),
      isBiting: used !== undefined && used >= value * AT_LIMIT,
      exceeds: isKnown && amount > (value * seconds + burst + underWay) * SLACK,
      evidence: now.evidence,
    },
  };
}

/** Disks that share a throttle group share its limits. */
function inGroup({ disks }: DomainDefinition, target: string): readonly string[] {
  const group = disks.find(one => one.target === target)?.iotune.group_name;
  if (group === undefined) return [target];
  return disks.filter(one => one.iotune.group_name === group).map(one => one.target);
}

function sum(
  sample: CounterSample | undefined,
  targets: readonly string[],
  count: (disk: DiskCounters) => number,
): number | undefined {
  const found = targets.map(target => sample?.disks.get(target));
  if (!found.every(one => one !== undefined)) return undefined;
  return found.reduce((total, one) => total + count(one), 0);
}

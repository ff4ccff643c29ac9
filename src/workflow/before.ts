import type { OvsPortLimits } from '../domain/ovs-port.ts';
import type { Limits } from '../domain/tuning.ts';
import type { HeldBefore } from '../plan/calls.ts';
import { type HeldKnob, holdsTheSame } from '../plan/observed.ts';
import { bfqToIoWeight } from '../units.ts';
import { type Knob, type KnobValues, knobName } from '../verify/expectation.ts';

/** What was in force when a plan was made: what an undo writes where libvirt's definition does not tell. */
export function heldBefore(knobs: readonly HeldKnob[]): HeldBefore {
  return {
    kernel: kernelLimits(knobs),
    ovs: dev => ovsBefore(knobs, dev),
    tc: dev => ({
      inbound: valuesAt(knobs, { layer: 'tc', subject: dev, knob: 'class htb 1:1' }) !== undefined,
      outbound: valuesAt(knobs, { layer: 'tc', subject: dev, knob: 'police' }) !== undefined,
    }),
  };
}

/** A port whose limits are somebody else's is never planned for: what limited it was ours. */
function ovsBefore(knobs: readonly HeldKnob[], dev: string): OvsPortLimits {
  const of = (knob: string, value = 'value') => {
    const held = valuesAt(knobs, { layer: 'ovs', subject: dev, knob })?.[value];
    return typeof held === 'number' ? held : 0;
  };
  const isShaped = valuesAt(knobs, { layer: 'ovs', subject: dev, knob: 'qos' })?.type === 'linux-htb';
  const rate = of('ingress_policing_rate');
  const burst = of('qos other_config:burst');
  const inbound = {
    'min-rate': of('qos other_config:min-rate'),
    'max-rate': of('qos other_config:max-rate'),
    ...(burst > 0 && { burst }),
  };
  return {
    ...(isShaped && { inbound }),
    ...(rate > 0 && { outbound: { rate, burst: of('ingress_policing_burst') } }),
  };
}

/** The thread groups that have a period, by the parameter that sets it. */
const periods = [
  { parameter: 'vcpu_period', subject: 'vcpu0' },
  { parameter: 'emulator_period', subject: 'emulator' },
  { parameter: 'iothread_period', subject: 'iothread1' },
  { parameter: 'global_period', subject: 'libvirt' },
] as const;

/** The values that the kernel holds and libvirt cannot unset: what an undo writes for them. */
function kernelLimits(readings: readonly HeldKnob[]): Limits {
  const shares =
    numberAt(readings, 'scope', 'cpu.weight', 'weight') ??
    numberAt(readings, 'scope', 'cpu.shares', 'shares');
  const weight = ioWeight(readings);
  const held = periods.flatMap(({ parameter, subject }) => {
    const period =
      numberAt(readings, subject, 'cpu.max', 'period') ??
      numberAt(readings, subject, 'cpu.cfs_period_us', 'period');
    return period === undefined ? [] : [[parameter, period] as const];
  });
  return {
    ...(shares !== undefined && { cpu_shares: shares }),
    ...(weight !== undefined && { weight }),
    ...Object.fromEntries(held),
  };
}

/** The plain file first: what stands in BFQ's is on another scale. */
function ioWeight(readings: readonly HeldKnob[]): number | undefined {
  const plain =
    numberAt(readings, 'scope', 'io.weight', 'weight') ??
    numberAt(readings, 'scope', 'blkio.weight', 'weight');
  if (plain !== undefined) return plain;
  const bfq =
    numberAt(readings, 'scope', 'io.bfq.weight', 'weight') ??
    numberAt(readings, 'scope', 'blkio.bfq.weight', 'weight');
  return bfq === undefined ? undefined : bfqToIoWeight(bfq);
}

/**
 * Knobs that hold something else than before. libvirt's live CPU values and weight are left out: it cannot unset them, so
 * one that was absent comes back as the number that the kernel had.
 */
export function knobsNotAsBefore(before: readonly HeldKnob[], now: readonly HeldKnob[]): readonly string[] {
  const held = new Map(now.map(knob => [knobName(knob), knob]));
  return before
    .filter(knob => !(knob.layer === 'live' && /^(?:cpu|blkio)$/.test(knob.subject)))
    .filter(knob => knob.unreadable === undefined && !holdsTheSame(knob, held.get(knobName(knob))))
    .map(knobName);
}

function numberAt(
  readings: readonly HeldKnob[],
  subject: string,
  knob: string,
  value: string,
): number | undefined {
  const found = valuesAt(readings, { layer: 'cgroup', subject, knob })?.[value];
  return typeof found === 'number' ? found : undefined;
}

function valuesAt(readings: readonly HeldKnob[], wanted: Knob): KnobValues | undefined {
  return readings.find(reading => knobName(reading) === knobName(wanted))?.values;
}

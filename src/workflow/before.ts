import type { CpuTune } from '../domain/cputune.ts';
import { type HeldKnob, holdsTheSame } from '../plan/observed.ts';
import { type Knob, knobName } from '../verify/expectation.ts';

/** The CPU values that the kernel holds: what an undo writes where libvirt's definition has nothing. */
export function kernelCpuTune(readings: readonly HeldKnob[]): CpuTune {
  const shares =
    numberAt(readings, 'scope', 'cpu.weight', 'weight') ??
    numberAt(readings, 'scope', 'cpu.shares', 'shares');
  const period =
    numberAt(readings, 'vcpu0', 'cpu.max', 'period') ??
    numberAt(readings, 'vcpu0', 'cpu.cfs_period_us', 'period');
  return {
    ...(shares !== undefined && { cpu_shares: shares }),
    ...(period !== undefined && { vcpu_period: period }),
  };
}

/**
 * Knobs that hold something else than before. libvirt's live CPU values are left out: it cannot unset them, so a value
 * that was absent comes back as the number that the kernel had.
 */
export function knobsNotAsBefore(before: readonly HeldKnob[], now: readonly HeldKnob[]): readonly string[] {
  const held = new Map(now.map(knob => [knobName(knob), knob]));
  return before
    .filter(knob => !(knob.layer === 'live' && knob.subject === 'cpu'))
    .filter(knob => knob.unreadable === undefined && !holdsTheSame(knob, held.get(knobName(knob))))
    .map(knobName);
}

function numberAt(
  readings: readonly HeldKnob[],
  subject: string,
  knob: string,
  value: string,
): number | undefined {
  const wanted: Knob = { layer: 'cgroup', subject, knob };
  const found = readings.find(reading => knobName(reading) === knobName(wanted))?.values?.[value];
  return typeof found === 'number' ? found : undefined;
}

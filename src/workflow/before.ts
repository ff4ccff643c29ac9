import type { CpuTune } from '../domain/cputune.ts';
import { type Knob, type KnobValues, knobName } from '../verify/expectation.ts';
import type { Reading } from '../verify/reading.ts';

/** The CPU values that the kernel holds: what an undo writes where libvirt's definition has nothing. */
export function kernelCpuTune(readings: readonly Reading[]): CpuTune {
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
export function knobsNotAsBefore(before: readonly Reading[], now: readonly Reading[]): readonly string[] {
  const held = new Map(now.map(reading => [knobName(reading), reading]));
  return before
    .filter(reading => !(reading.layer === 'live' && reading.subject === 'cpu'))
    .filter(reading => reading.unreadable === undefined && !same(reading, held.get(knobName(reading))))
    .map(knobName);
}

function same(before: Reading, now: Reading | undefined): boolean {
  if (now === undefined) return inEffect(before.values).length === 0;
  return now.unreadable === undefined && inEffect(before.values).join() === inEffect(now.values).join();
}

/** Values that say something: a 0 is the same as nothing there. */
function inEffect(values: KnobValues | undefined): readonly string[] {
  return Object.entries(values ?? {})
    .filter(([, value]) => value !== 0)
    .map(([name, value]) => `${name}=${value}`)
    .sort();
}

function numberAt(
  readings: readonly Reading[],
  subject: string,
  knob: string,
  value: string,
): number | undefined {
  const wanted: Knob = { layer: 'cgroup', subject, knob };
  const found = readings.find(reading => knobName(reading) === knobName(wanted))?.values?.[value];
  return typeof found === 'number' ? found : undefined;
}

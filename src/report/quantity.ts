import { fieldOf } from '../domain/fields.ts';
import type { LimitName } from '../domain/tuning.ts';
import type { KnobValues } from '../verify/expectation.ts';

/** `32768 kB/s`; `not set` when absent. */
export function quantity(parameter: LimitName, value: number | string | undefined): string {
  if (value === undefined) return 'not set';
  return `${value} ${fieldOf(parameter)?.unit ?? ''}`.trimEnd();
}

/** Steps of a unit, each 1000 or 1024 of the one before. */
interface Ladder {
  readonly factor: number;
  readonly steps: readonly string[];
}

const ladders: readonly Ladder[] = [
  { factor: 1000, steps: ['bytes/s', 'kB/s', 'MB/s', 'GB/s', 'TB/s'] },
  { factor: 1000, steps: ['bit/s', 'kbit/s', 'Mbit/s', 'Gbit/s', 'Tbit/s'] },
  { factor: 1000, steps: ['bit', 'kbit', 'Mbit', 'Gbit'] },
  { factor: 1024, steps: ['bytes', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] },
];

/**
 * A number with its unit, and in a larger one if that is shorter and says exactly the same: `32768000 bytes/s (32.768
 * MB/s)`, `134217728 bytes (128 MiB)`, `50000 µs`. Words (`max`) stay alone.
 */
export function readableQuantity(value: number | string, unit: string): string {
  if (typeof value === 'string') return value;
  const plain = `${value} ${unit}`.trimEnd();
  const larger = inLargerUnit(value, unit);
  return larger === undefined ? plain : `${plain} (${larger})`;
}

function inLargerUnit(value: number, unit: string): string | undefined {
  const ladder = ladders.find(one => one.steps.includes(unit));
  if (ladder === undefined) return undefined;
  const from = ladder.steps.indexOf(unit);
  let best: string | undefined;
  for (let step = from + 1; step < ladder.steps.length; step++) {
    const text = String(value / ladder.factor ** (step - from));
    if (/^[1-9]\d{0,3}(?:\.\d{1,3})?$/.test(text) && Number(text) < ladder.factor)
      best = `${text} ${ladder.steps[step]}`;
  }
  return best;
}

/** What a knob holds: one value alone, several with their names; `absent` when the knob is not there. */
export function knobText(values: KnobValues | undefined): string {
  if (values === undefined) return 'absent';
  const entries = Object.entries(values);
  const [only] = entries;
  if (entries.length === 1 && only !== undefined) return String(only[1]);
  return entries.map(([name, value]) => `${name}=${value}`).join(' ');
}

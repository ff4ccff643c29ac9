import { fieldOf } from '../domain/fields.ts';
import type { LimitName } from '../domain/tuning.ts';
import type { KnobValues } from '../verify/expectation.ts';

/** `32768 kB/s`; `not set` when absent. */
export function quantity(parameter: LimitName, value: number | string | undefined): string {
  if (value === undefined) return 'not set';
  return `${value} ${fieldOf(parameter)?.unit ?? ''}`.trimEnd();
}

/** What a knob holds: one value alone, several with their names; `absent` when the knob is not there. */
export function knobText(values: KnobValues | undefined): string {
  if (values === undefined) return 'absent';
  const entries = Object.entries(values);
  const [only] = entries;
  if (entries.length === 1 && only !== undefined) return String(only[1]);
  return entries.map(([name, value]) => `${name}=${value}`).join(' ');
}

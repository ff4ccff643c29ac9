import { bandwidthFields } from '../domain/bandwidth.ts';
import { cpuTuneFields } from '../domain/cputune.ts';
import { ioTuneFields } from '../domain/iotune.ts';
import type { LimitName } from '../domain/tuning.ts';
import type { KnobValues } from '../verify/expectation.ts';

const units = new Map<LimitName, string>(
  [...cpuTuneFields, ...ioTuneFields, ...bandwidthFields].map(field => [field.parameter, field.unit]),
);

/** `32768 kB/s`; `not set` when absent. */
export function quantity(parameter: LimitName, value: number | string | undefined): string {
  if (value === undefined) return 'not set';
  return `${value} ${units.get(parameter) ?? ''}`.trimEnd();
}

/** What a knob holds: one value alone, several with their names; `absent` when the knob is not there. */
export function knobText(values: KnobValues | undefined): string {
  if (values === undefined) return 'absent';
  const entries = Object.entries(values);
  const [only] = entries;
  if (entries.length === 1 && only !== undefined) return String(only[1]);
  return entries.map(([name, value]) => `${name}=${value}`).join(' ');
}

import { fieldOf } from '../domain/fields.ts';
import type { LimitName } from '../domain/tuning.ts';
import type { KnobValues } from '../verify/expectation.ts';
import { readableQuantity } from './quantity.ts';

/** What is needed of a knob to know the units of its values. */
export interface KnobOfLimits {
  readonly knob: string;
  readonly parameters: readonly LimitName[];
}

/** One value of a knob for people. */
export interface KnobQuantity {
  /** Its own name; empty where a knob is one number. */
  readonly name: string;
  /** `32768000 bytes/s (32.768 MB/s)`. */
  readonly text: string;
}

/** The values that a knob holds (or counters say of it, by the limit's own name), each with its unit; a knob that is not there has none. */
export function knobQuantities(knob: KnobOfLimits, values: KnobValues | undefined): readonly KnobQuantity[] {
  return Object.entries(values ?? {}).map(([name, value]) => ({
    name: name === 'value' ? '' : (names[name] ?? name),
    text: readableQuantity(value, unitOf(knob, name)),
  }));
}

/** The same in a line: `rate 32768000 bytes/s (32.768 MB/s), burst 1024 bytes`; `absent` when it is not there. */
export function knobLine(knob: KnobOfLimits, values: KnobValues | undefined): string {
  const parts = knobQuantities(knob, values).map(({ name, text }) => `${name} ${text}`.trim());
  return values === undefined ? 'absent' : parts.join(', ');
}

/** Names that have their unit in them. */
const names: Readonly<Record<string, string>> = {
  rateBps: 'rate',
  ceilBps: 'ceil',
  burstBytes: 'burst',
  cburstBytes: 'cburst',
};

/** Values that have the same unit wherever they stand. */
const units: Readonly<Record<string, string>> = {
  rateBps: 'bytes/s',
  ceilBps: 'bytes/s',
  burstBytes: 'bytes',
  cburstBytes: 'bytes',
  bytes: 'bytes',
  quota: 'µs',
  period: 'µs',
  burst: 'µs',
  rbps: 'bytes/s',
  wbps: 'bytes/s',
  riops: 'operations/s',
  wiops: 'operations/s',
};

/** Columns of Open vSwitch's database, which are in bits. */
const ofColumns: readonly { readonly knob: RegExp; readonly unit: string }[] = [
  { knob: /other_config:(?:min|max)-rate$/, unit: 'bit/s' },
  { knob: /other_config:burst$/, unit: 'bit' },
  { knob: /^ingress_policing_rate$/, unit: 'kbit/s' },
  { knob: /^ingress_policing_burst$/, unit: 'kbit' },
];

function unitOf({ knob, parameters }: KnobOfLimits, name: string): string {
  const known = units[name];
  if (known !== undefined) return known;
  if (name !== 'value') return fieldOf(name as LimitName)?.unit ?? '';
  const column = ofColumns.find(one => one.knob.test(knob));
  const [first] = parameters;
  return column?.unit ?? (first === undefined ? '' : (fieldOf(first)?.unit ?? ''));
}

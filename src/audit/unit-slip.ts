import { fieldOf } from '../domain/fields.ts';
import { deviceName } from '../domain/tuning.ts';
import type { KnobValues } from '../verify/expectation.ts';
import type { Verdict } from '../verify/verdict.ts';
import type { CauseContext, Rule } from './cause-context.ts';

/** A factor that confused units make, and what was confused. */
interface Slip {
  readonly factor: number;
  readonly units: string;
}

const ofSizes: readonly Slip[] = [
  { factor: 1.024, units: 'KiB taken for kB' },
  { factor: 1.024 ** 2, units: 'MiB taken for MB' },
  { factor: 8, units: 'bytes taken for bits' },
  { factor: 128, units: 'KiB taken for Mbit' },
  { factor: 125, units: 'kB taken for Mbit' },
  { factor: 1000, units: 'a thousand left out' },
  { factor: 1024, units: 'a KiB left out' },
];
const ofTimes: readonly Slip[] = [{ factor: 1000, units: 'ms taken for µs' }];

/** Nearer than this a ratio is the factor. */
const CLOSE = 1e-4;

/**
 * A limit that is wrong by a confusion of units: every number of one unit is off by one factor, and nothing foreign stands in
 * front of it. Only of what has a unit that can be confused.
 */
export const slippedUnit: Rule = (verdict, context) => {
  const units = verdict.expectation.parameters.map(parameter => fieldOf(parameter)?.unit ?? '');
  const slips = units.some(unit => /bytes|B/.test(unit))
    ? ofSizes
    : units.every(unit => unit.startsWith('µs'))
      ? ofTimes
      : [];
  const numbers = [verdict, ...siblings(verdict, context)].map(({ expectation, observed }) => ({
    expected: expectation.expected,
    observed,
    ...(expectation.tolerance && { within: expectation.tolerance.values }),
  }));
  const slip = isBehindAnother(verdict, context) ? undefined : unitSlip(numbers, slips);
  return slip === undefined ? undefined : { cause: 'unit-slip', explanation: slip };
};

/** Whether a filter of somebody else is there too: then another hand was at work, and no unit slipped. */
function isBehindAnother(
  { expectation: { layer, subject, knob } }: Verdict,
  { facts: { taps } }: CauseContext,
): boolean {
  if (layer !== 'tc' || !knob.startsWith('police')) return false;
  return (taps?.get(subject)?.ingress.length ?? 0) > 1;
}

/** The other numbers of a limit that a definition has one by one: average, peak and burst of one direction. */
function siblings({ expectation }: Verdict, { verdicts }: CauseContext): readonly Verdict[] {
  const { layer, device, knob } = expectation;
  const direction = /^(?:in|out)bound\./.exec(knob)?.[0];
  if (direction === undefined || (layer !== 'config' && layer !== 'live')) return [];
  return verdicts.filter(
    ({ expectation: one }) =>
      one.layer === layer &&
      one.knob !== knob &&
      one.knob.startsWith(direction) &&
      deviceName(one.device) === deviceName(device),
  );
}

/** Numbers of a knob as they should be and as they are. */
interface Numbers {
  readonly expected: KnobValues | undefined;
  readonly observed: KnobValues | undefined;
  /** How far each may be off. */
  readonly within?: Readonly<Record<string, number>>;
}

/** What units were confused, when it explains every number: `rateBps is 8 times what is expected: bytes taken for bits`. */
export function unitSlip(all: readonly Numbers[], slips: readonly Slip[] = ofSizes): string | undefined {
  const numbers = all.flatMap(({ expected = {}, observed, within }) =>
    Object.entries(expected).map(([name, wanted]) => ({
      name,
      wanted,
      found: observed?.[name],
      within: within?.[name] ?? 0,
    })),
  );
  const [first] = numbers;
  if (first === undefined) return undefined;
  for (const { factor, units } of slips) {
    for (const times of [factor, 1 / factor]) {
      if (!numbers.every(one => isOffBy(times, one) || (hasAnotherUnit(one.name) && isRight(one)))) continue;
      if (!numbers.some(one => isOffBy(times, one))) continue;
      const how = times > 1 ? `${rounded(factor)} times` : `1/${rounded(factor)} of`;
      return `${first.name} is ${how} what is expected: ${units}`;
    }
  }
  return undefined;
}

/** A burst is a size beside rates, a period the time that a quota is of: either may be right where the other slipped. */
function hasAnotherUnit(name: string): boolean {
  return /^(?:c?burst|period)/.test(name);
}

function isRight({ wanted, found, within }: Parameters<typeof isOffBy>[1]): boolean {
  return typeof wanted === 'number' && typeof found === 'number'
    ? Math.abs(found - wanted) <= within
    : wanted === found;
}

function isOffBy(
  times: number,
  { wanted, found, within }: { readonly wanted: unknown; readonly found: unknown; readonly within: number },
): boolean {
  if (typeof wanted !== 'number' || typeof found !== 'number' || wanted <= 0 || found <= 0) return false;
  return Math.abs(found - wanted * times) <= Math.max(wanted * times * CLOSE, within);
}

function rounded(factor: number): string {
  return String(Number(factor.toFixed(4)));
}

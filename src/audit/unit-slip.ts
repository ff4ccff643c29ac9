import { fieldOf } from '../domain/fields.ts';
import type { KnobValues } from '../verify/expectation.ts';
import type { Rule } from './cause-context.ts';

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

/** A value that is wrong by a confusion of units; only of what has a unit that can be confused. */
export const slippedUnit: Rule = ({ expectation: { expected, parameters }, observed, differs = [] }) => {
  const units = parameters.map(parameter => fieldOf(parameter)?.unit ?? '');
  const slips = units.some(unit => /bytes|B/.test(unit))
    ? ofSizes
    : units.every(unit => unit.startsWith('µs'))
      ? ofTimes
      : [];
  const slip = unitSlip({ expected, observed, differs }, slips);
  return slip === undefined ? undefined : { cause: 'unit-slip', explanation: slip };
};

/** Two readings of a knob that differ. */
interface Difference {
  readonly expected: KnobValues | undefined;
  readonly observed: KnobValues | undefined;
  readonly differs: readonly string[];
}

/** What units a value that differs was confused by: `observed is 8 times expected (bytes taken for bits)`. */
export function unitSlip(
  { expected, observed, differs }: Difference,
  slips: readonly Slip[] = ofSizes,
): string | undefined {
  for (const name of differs) {
    const [wanted, found] = [expected?.[name], observed?.[name]];
    if (typeof wanted !== 'number' || typeof found !== 'number' || wanted <= 0 || found <= 0) continue;
    const slip = slips.find(
      ({ factor }) => isClose(found / wanted, factor) || isClose(wanted / found, factor),
    );
    if (slip === undefined) continue;
    const times = found > wanted ? `${rounded(slip.factor)} times` : `1/${rounded(slip.factor)} of`;
    return `${name} is ${times} what is expected: ${slip.units}`;
  }
  return undefined;
}

function isClose(ratio: number, factor: number): boolean {
  return Math.abs(ratio / factor - 1) < CLOSE;
}

function rounded(factor: number): string {
  return String(Number(factor.toFixed(4)));
}

import { InvalidArgumentError } from 'commander';

/** What a number on the command line may be. */
export interface NumberRange {
  readonly min: number;
  readonly max: number;
  /** Digits after a decimal point; none unless it is said. */
  readonly decimals?: number;
  /** Of the range, as it is read by people. */
  readonly unit?: string;
}

/**
 * A number in the one form that the command line knows: decimal digits, where it makes sense a point and some more. No
 * sign, exponent, other base, blank, separator or leading zero: each is read as another number by somebody.
 *
 * @returns undefined for any other text, and outside of the range
 */
export function strictNumber(text: string, { min, max, decimals = 0 }: NumberRange): number | undefined {
  const [, fraction, isNumber] = /^(?:0|[1-9][0-9]{0,14})(?:\.([0-9]+))?()$/.exec(text) ?? [];
  if (isNumber === undefined || (fraction?.length ?? 0) > decimals) return undefined;
  const value = Number(text);
  return value >= min && value <= max ? value : undefined;
}

/** Reads an option's number. @throws InvalidArgumentError that names form and range; commander names option and value */
export function numberOption(range: NumberRange): (text: string) => number {
  return text => {
    const value = strictNumber(text, range);
    if (value !== undefined) return value;
    const { min, max, decimals = 0, unit } = range;
    const kind = decimals === 0 ? 'a whole number' : `a number with up to ${decimals} decimals`;
    throw new InvalidArgumentError(
      `must be ${kind} in ${min}–${max}${unit === undefined ? '' : ` ${unit}`}, written in decimal digits`,
    );
  };
}

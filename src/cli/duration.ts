import { InvalidArgumentError } from 'commander';
import { strictNumber } from './number-option.ts';

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/**
 * `10s`, `500ms`, `1.5m`, `1h`; a bare number is seconds. For options, in ms.
 * @throws InvalidArgumentError for anything else, and outside of 100 ms to 24 h
 */
export function duration(text: string): number {
  const [, number = '', unit = 's'] = /^([0-9.]*?)(ms|s|m|h)?$/.exec(text) ?? [];
  const count = strictNumber(number, { min: 0, max: 86_400_000, decimals: 3 }) ?? Number.NaN;
  const value = Math.round(count * (unitMs[unit] ?? 0));
  if (value >= 100 && value <= 86_400_000) return value;
  throw new InvalidArgumentError(
    'must be a time such as 10s, 500ms, 5m or 1h in 100ms–24h, written in decimal digits',
  );
}

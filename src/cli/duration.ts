import { InvalidArgumentError } from 'commander';

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/**
 * `10s`, `500ms`, `1.5m`, `1h`; a bare number is seconds. For options, in ms.
 * @throws InvalidArgumentError for anything else, and outside of 100 ms to 24 h
 */
export function duration(text: string): number {
  const [, number = '', unit = 's'] = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h)?$/.exec(text) ?? [];
  const value = number === '' ? Number.NaN : Math.round(Number(number) * (unitMs[unit] ?? 0));
  if (value >= 100 && value <= 86_400_000) return value;
  throw new InvalidArgumentError('a time such as 10s, 500ms, 5m or 1h, please (100ms to 24h)');
}

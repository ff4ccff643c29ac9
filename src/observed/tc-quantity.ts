import { printedTcRate, printedTcSize } from '../units.ts';

const RATE = /^(\d{1,20})([KMGT]?)(i?)bit$/;
const SIZE = /^(\d[\d.e+]{0,23})([KMG]?)b(?:\/\d+(?:mpu)?)?$/;
const POWERS = { '': 0, K: 1, M: 2, G: 3, T: 4 } as const;

/** `262144Kbit` → B/s. undefined when it is not a rate as tc prints it. @see iproute2 lib/json_print.c:print_color_rate */
export function parseTcRate(text: string): number | undefined {
  const match = RATE.exec(text);
  if (match === null) return undefined;
  const [, digits = '', unit = '', binary] = match;
  return (Number(digits) * (binary ? 1024 : 1000) ** powerOf(unit)) / 8;
}

/**
 * `128Mb`, `4.1943e+06Kb`, `1599b/1`, `1599b/1mpu` → bytes. undefined when it is not a size as tc prints it.
 * @see iproute2 lib/json_print_math.c:sprint_size
 */
export function parseTcSize(text: string): number | undefined {
  const match = SIZE.exec(text);
  if (match === null) return undefined;
  const [, digits = '', unit = ''] = match;
  const count = Number(digits);
  return Number.isFinite(count) ? count * 1024 ** powerOf(unit) : undefined;
}

function powerOf(unit: string): number {
  return POWERS[unit as keyof typeof POWERS];
}

/** B/s → `262144Kbit`, as tc prints it. */
export function printTcRate(rateBps: number): string {
  const { count, power } = printedTcRate(rateBps);
  return `${count}${['', 'K', 'M', 'G', 'T'][power] ?? ''}bit`;
}

/** Bytes → `128Mb`, as tc prints them; iproute2 from 6.18 on has `Gb` too. */
export function printTcSize(bytes: number): string {
  const { count, power } = printedTcSize(bytes);
  return `${power === 0 ? count : sixDigits(count)}${['', 'K', 'M'][power] ?? ''}b`;
}

/** C's `%g`. */
function sixDigits(count: number): string {
  if (count < 1_000_000) return String(count);
  const [mantissa = '', exponent = ''] = count.toExponential(5).split('e+');
  return `${mantissa.replace(/\.?0+$/, '')}e+${exponent.padStart(2, '0')}`;
}

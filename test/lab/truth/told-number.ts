import type { Effective } from '../../../src/effective/claim.ts';

/** What `effective` tells of one limit, and whether that is what was measured. */
export interface ToldNumber {
  readonly told: string;
  readonly isRight: boolean;
}

/** A number that is measured is no closer than that. */
const near = (value: number, given: number, slack: number) =>
  given <= value * 1.35 + slack && given >= value * 0.68 - slack;

/**
 * Compares a number with what was measured. What is left open is never wrong; what is told as the most may be less.
 *
 * @param most more cannot be measured: so much is wanted
 * @param slack so much more or less is no difference
 */
export function toldNumber(
  effective: Effective | undefined,
  given: number,
  most: number,
  slack = 0,
): ToldNumber {
  const value = effective?.binds?.value;
  const certainty = effective?.certainty ?? 'none';
  if (certainty === 'unknown' || certainty === 'partial') return { told: certainty, isRight: true };
  const isAll = given > most * 0.8;
  if (value === undefined) return { told: 'no limit', isRight: isAll };
  const isSum =
    effective?.sharedWith?.length || /together|each packet meets one/.test(effective?.binds?.why ?? '');
  const shared = isSum ? ' together' : '';
  const told = `${certainty} ${Math.round(value * 1000) / 1000} ${effective?.unit ?? ''}${shared}`;
  if (certainty === 'at-most' || shared !== '') return { told, isRight: given <= value * 1.35 + slack };
  return { told, isRight: value >= most ? isAll : near(value, given, slack) };
}

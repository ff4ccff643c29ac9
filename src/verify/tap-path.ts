import type { PathBreak } from '../observed/tc-path/path.ts';
import { policePath } from '../observed/tc-path/police-path.ts';
import type { TcPolicer } from '../observed/tc-policer.ts';
import type { TapLimits } from './host-facts.ts';
import type { Reading } from './reading.ts';

/** What keeps a policer on a device's ingress from being its limit. */
export function policerPath({ ingress, qdiscs }: TapLimits, { rule }: TcPolicer): PathBreak | undefined {
  return policePath(
    ingress,
    rule,
    qdiscs?.find(one => one.kind === 'ingress' || one.kind === 'clsact'),
  );
}

/** What the way to a limit makes of its reading: numbers that bind nobody are none. */
export function brokenBy(whole: Reading, found: PathBreak | undefined): Reading {
  if (found === undefined) return whole;
  const { how, why, isMet } = found;
  if (how === 'stricter') return { ...whole, stricter: why };
  if (how === 'unknown') return { ...whole, unproved: why };
  // What some packets meet still limits those: it must not be there where nothing is asked.
  return isMet ? { ...whole, idle: true, idleBecause: why } : idle(whole, why);
}

/** A limit that is there and binds nobody. */
export function idle({ values: _, ...rest }: Reading, idleBecause: string): Reading {
  return { ...rest, idle: true, idleBecause };
}

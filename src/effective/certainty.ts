import { NOT_CAPTURED } from '../verify/reading.ts';
import type { Claim } from './claim.ts';

/** What can be said of a limit. Closed set. */
export const certainties = [
  /** Everything on the way was read and is understood; `binds` counts. */
  'exact',
  /** `binds` is in force, and something on the way that could not be read may let less through. */
  'at-most',
  /** Everything on the way was read, and what there is limits only some of it. */
  'partial',
  /** Everything on the way was read, and nothing limits it. */
  'none',
  /** Something on the way could not be read or is not understood, and nothing else is known to limit it. */
  'unknown',
] as const;

/** One of {@link certainties}. */
export type Certainty = (typeof certainties)[number];

/** A link on the way to a limit that could not be read or is not understood. */
export interface Unseen {
  /** A command, a file, a filter. */
  readonly at: string;
  readonly why: string;
}

/** Says why; that a captured host has no answer is said without the whole question. */
export function unseenAt(at: string, why: string): Unseen {
  return { at, why: why.endsWith(NOT_CAPTURED) ? NOT_CAPTURED : why };
}

/**
 * Whether what counts is not known. A limit that is in force, beside links that were not captured because captures of older
 * versions have none of them, is the best that can be known.
 */
export function isUndecided(certainty: Certainty, unseen: readonly Unseen[] = []): boolean {
  if (certainty === 'unknown') return true;
  return certainty === 'at-most' && unseen.some(({ why }) => why !== NOT_CAPTURED);
}

/** Why a claim is `unseen` when nothing else says why. */
export const NOT_UNDERSTOOD = 'what it does is not known';

/** What can be said, with what on the way could make it less. */
export function certaintyOf(claims: readonly Claim[], unseen: readonly Unseen[]): Certainty {
  const isBound = claims.some(({ standing }) => standing === 'binds');
  if (unseen.length > 0) return isBound ? 'at-most' : 'unknown';
  if (isBound) return 'exact';
  return claims.some(({ standing }) => standing === 'partial') ? 'partial' : 'none';
}

/**
 * What of the unseen could make it less than what binds. Where links could not be read, they are the reason, and not what is
 * written down.
 */
export function unseenBelow(claims: readonly Claim[], least = Number.POSITIVE_INFINITY): readonly Unseen[] {
  const open = claims.filter(({ standing, value = 0 }) => standing === 'unseen' && value < least);
  const links = open.filter(({ value }) => value === undefined);
  return (links.length > 0 ? links : open).map(({ at, why = NOT_UNDERSTOOD }) => ({ at, why }));
}

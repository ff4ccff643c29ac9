/** What tc was asked that tells of a break: so evidence names the command. */
export type PathPart = 'ingress' | 'filters' | 'egress' | 'classes' | 'qdiscs' | 'class filters';

/** What is between packets and a limit that is there. */
export interface PathBreak {
  /**
   * `past`: packets get by the limit. `stricter`: they meet it, and something that lets less through. `unknown`: there is
   * something on the way of which it is not known what it does, or it could not be read.
   */
  readonly how: 'past' | 'stricter' | 'unknown';
  /** What it is, in words: `the matchall filter at pref 1 lets packets pass`. */
  readonly why: string;
  readonly part: PathPart;
  /** tc's lines. */
  readonly text: string;
  /** The filter that it is, where it is one. */
  readonly filter?: { readonly kind: string; readonly pref: number; readonly chain: number };
  /** Of packets that get by: others do meet it. */
  readonly isMet?: true;
  /** B/s that get by, or that the stricter one lets through; absent: everything, or it is not known. */
  readonly rateBps?: number;
}

/** How far packets may be led past a limit through other ones before it is none: a tenth of it. */
const ASIDE = 0.1;

/** Whether limits beside one, together with it, still come to no more than it is. All in B/s. */
export function staysWithin(limitBps: number, othersBps: readonly number[], isMet: boolean): boolean {
  const beside = othersBps.reduce((sum, one) => sum + one, 0);
  return beside + (isMet ? limitBps : 0) <= limitBps * (1 + ASIDE);
}

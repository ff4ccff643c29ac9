import type { Dice } from './dice.ts';

/** What a reader made of an input, as far as people would see it. */
export interface Seen {
  /** Texts for a terminal, with their line ends: no other control character may be in them. */
  readonly texts: readonly string[];
}

/** Something that reads what others wrote, and how inputs for it are made. */
export interface Harness {
  readonly name: string;
  /** Its part of all inputs: more for one that is fast, and for one that much reaches. Absent: 1. */
  readonly share?: number;
  /** Valid inputs to start from. Bytes are characters from 0 to 255. */
  readonly corpus: () => readonly string[];
  /** Changes that know the form, besides those of any text. */
  readonly mutations?: readonly Mutation[];
  /** Makes a valid input that is in no file. */
  readonly make?: (dice: Dice) => string;
  /**
   * Reads it. What is thrown must be of the closed set; a law that is broken is a {@link BrokenLaw}.
   */
  readonly read: (input: string) => Seen | Promise<Seen>;
}

/** A change of an input. */
export type Mutation = (input: string, dice: Dice) => string;

/** A law of a harness does not hold. */
export class BrokenLaw extends Error {
  override readonly name = 'BrokenLaw';
}

/** Nothing that anybody would see. */
export const unseen: Seen = { texts: [] };

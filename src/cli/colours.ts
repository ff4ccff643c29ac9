import { styleText } from 'node:util';
import { printable } from '../printable.ts';
import type { Paint } from '../report/table.ts';

/** Colours, and the only text that may have them. */
export interface Colours {
  /** Puts marks around a text. They are no escape sequences yet. */
  readonly paint: Paint;
  /** Turns the marks of `paint` into escape sequences, and makes all else printable. */
  show(text: string): string;
}

const styles = ['red', 'green', 'yellow', 'bold', 'dim'] as const;

/**
 * Colours for a terminal. What marks them is a number that is drawn for this process: no name, file or answer can hold
 * it, so that nothing from outside becomes an escape sequence, whatever it looks like.
 *
 * @param styled puts escape sequences around a text
 */
export function terminalColours(styled: Paint = styleText): Colours {
  const mark = `<${crypto.randomUUID()}>`;
  const sequences = styles.flatMap(style => styled(style, '\0').split('\0'));
  return {
    paint: (style, text) => {
      const at = 2 * styles.indexOf(style);
      return `${mark}${at}${text}${mark}${at + 1}`;
    },
    show: text => {
      const [first = '', ...others] = text.split(mark);
      // After a mark comes one digit: which sequence it is.
      const shown = others.map(piece => `${sequences[Number(piece[0])] ?? ''}${printable(piece.slice(1))}`);
      return `${printable(first)}${shown.join('')}`;
    },
  };
}

/** None. */
export const noColours: Colours = { paint: (_style, text) => text, show: printable };

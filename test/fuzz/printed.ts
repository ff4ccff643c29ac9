import { printable } from '../../src/printable.ts';

/** A text of several lines as the command line prints it; a tab is none of ours. */
export function printed(text: string): string {
  return printable(text).replaceAll('\t', ' ');
}

import { oneLine } from '../../src/report/table.ts';

/** A text of several lines as the command line prints it. */
export function printed(text: string): string {
  return text.split('\n').map(oneLine).join('\n');
}

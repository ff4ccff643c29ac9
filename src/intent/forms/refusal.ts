import { QuotaError } from '../../errors.ts';

/** What to give instead of a form that is not read. */
export const giveInstead =
  'give what the client prints with -f json (or yaml, or its table), an answer of the API, key=value lines, or the command lines that set it';

/** Longest piece of somebody's text in a message. */
const QUOTED = 60;

/** A text of which a line cannot be read. */
export function refusedLine(subject: string, line: number, what: string): QuotaError {
  return new QuotaError('invalid-input', subject, `${subject} at line ${line}: ${what}`);
}

/** The beginning of a line, for a message. */
export function quoted(line: string): string {
  const text = line.trim().replace(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu, ' ');
  return `'${text.length > QUOTED ? `${text.slice(0, QUOTED)}…` : text}'`;
}

import { QuotaError } from '../errors.ts';
import type { Json } from './json-text.ts';
import { maxTextLength, parseText, type TextOptions } from './text-form.ts';
import { parseYaml } from './yaml-text.ts';

/** Longest text that is read, in UTF-16 units. */
export const maxStructuredLength = maxTextLength;

/**
 * Reads a file that may be JSON or YAML, or anything else that {@link parseText} knows.
 *
 * @param subject what the text is, for messages.
 * @throws QuotaError `invalid-input` when it is neither, too long or empty
 */
export function parseStructured(
  text: string,
  subject: string,
  options: TextOptions = { reader: parseYaml },
): Json {
  if (text.trim() === '') throw new QuotaError('invalid-input', subject, `${subject} is empty`);
  return parseText(text, subject, options);
}

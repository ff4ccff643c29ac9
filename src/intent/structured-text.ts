import { QuotaError } from '../errors.ts';
import { type Json, parseJson } from './json-text.ts';
import { parseYaml } from './yaml-text.ts';

/** Longest text that is read, in UTF-16 units. */
export const maxStructuredLength = 1024 * 1024;

/**
 * Reads a file that may be JSON or YAML: what begins with a bracket or brace is JSON.
 *
 * @param subject what the text is, for messages.
 * @throws QuotaError `invalid-input` when it is neither, too long or empty
 */
export function parseStructured(text: string, subject: string): Json {
  if (text.length > maxStructuredLength) {
    throw new QuotaError(
      'invalid-input',
      subject,
      `${subject} is too large: more than ${maxStructuredLength} characters`,
    );
  }
  if (text.trim() === '') throw new QuotaError('invalid-input', subject, `${subject} is empty`);
  return /^\ufeff?\s*[[{]/.test(text) ? parseJson(text, subject) : parseYaml(text, subject);
}

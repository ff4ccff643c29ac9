import { XMLValidator } from 'fast-xml-parser';
import { QuotaError } from '../errors.ts';

/** Longest document that is read, in UTF-16 units. libvirt itself sends at most 4 MiB. */
export const maxXmlLength = 16 * 1024 * 1024;
/** Deepest nesting of elements that is read, as in libxml2. */
export const maxXmlDepth = 256;
/** Most elements that are read: a domain with hundreds of devices has some ten thousand. */
export const maxXmlElements = 100_000;

/** Every piece of markup, whole (a tag with up to 1000 attributes); the last alternative is a `<` that begins none. */
const markup =
  /<!--[\s\S]*?-->|<!\[CDATA\[[\s\S]*?\]\]>|<\?[\s\S]*?\?>|<\/[^<>]*>|<[^\s/<>!?"'][^<>"']*(?:(?:"[^"<]*"|'[^'<]*')[^<>"']*){0,1000}>|</g;

/**
 * Refuses what is not one well-formed element with its surroundings: too long, too deep, a DOCTYPE (entity bombs),
 * broken markup. Returns the number of elements.
 *
 * @throws QuotaError `invalid-input` with line and column.
 */
export function checkWellFormed(xml: string, subject: string): number {
  if (xml.length > maxXmlLength) {
    throw new QuotaError(
      'invalid-input',
      subject,
      `${subject} is too large: more than ${maxXmlLength} characters`,
    );
  }
  const elements = checkMarkup(xml, subject);
  const verdict = XMLValidator.validate(xml);
  if (verdict === true) return elements;
  const { msg, line, col } = verdict.err;
  throw new QuotaError('invalid-input', subject, notWellFormed(subject, line, col ?? 1, lowerFirst(msg)));
}

/** The problem at an offset as one line of text with line and column, both counted from 1. */
export function problemAt(xml: string, offset: number, subject: string, problem: string): QuotaError {
  const before = xml.slice(0, offset).split(/\r\n|\n|\r/);
  const column = (before.at(-1) ?? '').length + 1;
  return new QuotaError('invalid-input', subject, notWellFormed(subject, before.length, column, problem));
}

/** fast-xml-parser's validator overlooks these, and its parser then sees other elements than are there. */
function checkMarkup(xml: string, subject: string): number {
  let depth = 0;
  let elements = 0;
  for (const { 0: piece, index } of xml.matchAll(markup)) {
    const problem = problemOf(piece, xml, index);
    if (problem !== undefined) throw problemAt(xml, index, subject, problem);
    if (piece.startsWith('</')) depth -= 1;
    else if (isStartTag(piece)) {
      elements += 1;
      if (!piece.endsWith('/>')) depth += 1;
    }
    if (elements > maxXmlElements) {
      throw problemAt(xml, index, subject, `more than ${maxXmlElements} elements`);
    }
    if (depth > maxXmlDepth)
      throw problemAt(xml, index, subject, `more than ${maxXmlDepth} levels of elements`);
  }
  return elements;
}

function isStartTag(piece: string): boolean {
  return piece[1] !== '!' && piece[1] !== '?' && piece[1] !== '/';
}

function problemOf(piece: string, xml: string, index: number): string | undefined {
  if (piece === '<') {
    return xml.startsWith('<!DOCTYPE', index)
      ? 'a DOCTYPE is not allowed'
      : 'this < begins no complete markup';
  }
  // The parser looks for quoted values in every instruction, also where the quote is an apostrophe.
  if (piece.startsWith('<?') && !piece.startsWith('<?xml ') && /["']/.test(piece)) {
    return 'a processing instruction with quotes is not supported';
  }
  return undefined;
}

function notWellFormed(subject: string, line: number, column: number, problem: string): string {
  return `${subject} is not well-formed XML at line ${line}, column ${column}: ${problem.replace(/\.$/, '')}`;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

import { XMLValidator } from 'fast-xml-parser';
import { QuotaError } from '../errors.ts';
import { forbiddenCharacter, type Problem, problemInPiece } from './character-rules.ts';

/** Longest document that is read, in UTF-16 units: libvirt's own limit. @see libvirt src/rpc/virnetprotocol.x:VIR_NET_MESSAGE_STRING_MAX */
export const maxXmlLength = 4 * 1024 * 1024;
/** Deepest nesting of elements that is read, as in libxml2. */
export const maxXmlDepth = 256;
/** Most elements that are read: a domain with hundreds of devices has some ten thousand. */
export const maxXmlElements = 100_000;

/** Every piece of markup of a well-formed text, whole (a tag with up to 1000 attributes); the last alternative is a `<` that begins none. */
const markup =
  /<!--[\s\S]*?-->|<!\[CDATA\[[\s\S]*?\]\]>|<\?[\s\S]*?\?>|<\/[^<>]*>|<[^\s/<>!?"'][^<>"']*(?:(?:"[^"<]*"|'[^'<]*')[^<>"']*){0,1000}>|</g;

/** A piece of markup, whole, and where it stands. */
export interface Piece {
  readonly piece: string;
  readonly index: number;
  /** What stands between the piece before it and this one, as it is written. */
  readonly before: string;
}

/**
 * The pieces of markup of a text, one after the other. Refuses what is too long or too deep, a DOCTYPE (entity bombs),
 * markup that is broken, and what {@link refuseMalformed} overlooks.
 *
 * @throws QuotaError `invalid-input` with line and column.
 */
export function* checkedPieces(xml: string, subject: string): Generator<Piece> {
  refuseLength(xml, subject);
  const fail = ({ offset, problem }: Problem) => problemAt(xml, offset, subject, problem);
  const forbidden = forbiddenCharacter(xml);
  if (forbidden !== undefined) throw fail(forbidden);
  let depth = 0;
  let elements = 0;
  let end = 0;
  for (const { 0: piece, index } of xml.matchAll(markup)) {
    const before = xml.slice(end, index);
    const found =
      problemInPiece(before, end, depth) ??
      incomplete(piece, xml, index) ??
      problemInPiece(piece, index, depth);
    if (found !== undefined) throw fail(found);
    end = index + piece.length;
    if (piece.startsWith('</')) depth -= 1;
    else if (isStartTag(piece)) {
      elements += 1;
      if (!piece.endsWith('/>')) depth += 1;
    }
    const tooMuch = excess(elements, depth);
    if (tooMuch !== undefined) throw fail({ offset: index, problem: tooMuch });
    yield { piece, index, before };
  }
}

/**
 * Refuses what is not one element with its surroundings, each tag closed where it belongs, by fast-xml-parser's
 * validator.
 *
 * @throws QuotaError `invalid-input` with line and column.
 */
export function refuseMalformed(xml: string, subject: string): void {
  const verdict = XMLValidator.validate(xml);
  if (verdict === true) return;
  const { msg, line, col } = verdict.err;
  throw new QuotaError('invalid-input', subject, notWellFormed(subject, line, col ?? 1, lowerFirst(msg)));
}

/** The problem at an offset as one line of text with line and column, both counted from 1. */
export function problemAt(xml: string, offset: number, subject: string, problem: string): QuotaError {
  const { line, column } = placeOf(xml, offset);
  return new QuotaError('invalid-input', subject, notWellFormed(subject, line, column, problem));
}

/** Line and column of an offset, both counted from 1. */
export function placeOf(xml: string, offset: number): { readonly line: number; readonly column: number } {
  const before = xml.slice(0, offset).split(/\r\n|\n|\r/);
  return { line: before.length, column: (before.at(-1) ?? '').length + 1 };
}

function refuseLength(xml: string, subject: string): void {
  if (xml.length <= maxXmlLength) return;
  const problem = `${subject} is too large: more than ${maxXmlLength} characters`;
  throw new QuotaError('invalid-input', subject, problem);
}

function excess(elements: number, depth: number): string | undefined {
  if (elements > maxXmlElements) return `more than ${maxXmlElements} elements`;
  return depth > maxXmlDepth ? `more than ${maxXmlDepth} levels of elements` : undefined;
}

/** Whether a piece of markup begins an element. */
export function isStartTag(piece: string): boolean {
  return piece[1] !== '!' && piece[1] !== '?' && piece[1] !== '/';
}

function incomplete(piece: string, xml: string, offset: number): Problem | undefined {
  if (piece !== '<') return undefined;
  const isDoctype = xml.startsWith('<!DOCTYPE', offset);
  return { offset, problem: isDoctype ? 'a DOCTYPE is not allowed' : 'this < begins no complete markup' };
}

function notWellFormed(subject: string, line: number, column: number, problem: string): string {
  return `${subject} is not well-formed XML at line ${line}, column ${column}: ${problem.replace(/\.$/, '')}`;
}

function lowerFirst(text: string): string {
  return /^[A-Z][a-z ]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}

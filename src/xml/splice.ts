import { QuotaError } from '../errors.ts';
import type { XmlElement } from './element.ts';
import { encodeText } from './entities.ts';
import { leadOf } from './indentation.ts';

/** One edit: what stands from `start` to `end` (offsets of the unedited text) becomes `text`. */
export interface Splice {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/**
 * Makes all edits at once and leaves every other character alone. Insertions at one place keep their order.
 *
 * @throws QuotaError `internal` when two edits overlap.
 */
export function applySplices(xml: string, splices: readonly Splice[]): string {
  const ordered = [...splices].sort((one, other) => one.start - other.start || one.end - other.end);
  const pieces: string[] = [];
  let at = 0;
  for (const { start, end, text } of ordered) {
    if (start < at) throw new QuotaError('internal', 'domain XML', `two edits overlap at character ${start}`);
    pieces.push(xml.slice(at, start), text);
    at = end;
  }
  pieces.push(xml.slice(at));
  return pieces.join('');
}

/** Gives an element other text; its start tag stays as it is. */
export function replaceText(xml: string, element: XmlElement, text: string): Splice {
  const encoded = encodeText(text);
  if (!element.selfClosed) return { start: element.contentStart, end: element.contentEnd, text: encoded };
  return { start: startOfSelfClose(xml, element), end: element.end, text: `>${encoded}</${element.name}>` };
}

/** Takes an element out, with its line when it begins one. */
export function removeElement(xml: string, element: XmlElement): Splice {
  return { start: element.start - leadOf(xml, element).length, end: element.end, text: '' };
}

/** Where `/>` begins, with the white space before it. */
export function startOfSelfClose(xml: string, element: XmlElement): number {
  return xml.slice(0, element.end - 2).trimEnd().length;
}

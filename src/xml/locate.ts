import { QuotaError } from '../errors.ts';
import type { XmlElement } from './element.ts';
import { decodeEntities } from './entities.ts';
import { isBlank, plainTag } from './plain-tag.ts';
import { checkedPieces, isStartTag, problemAt, refuseMalformed } from './well-formed.ts';

/** Begins only where a word does: from each of its letters a long word would be gone through again. */
const attribute = /(?<!\S)([^\s=]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;

/** An element whose end was not seen yet. */
interface Open {
  readonly element: { -readonly [Key in keyof XmlElement]: XmlElement[Key] };
  readonly children: XmlElement[];
  /** Whether a namespace is the default inside. */
  readonly hasNamespace: boolean;
  /** Whether nothing can be wrong with its start tag. */
  readonly isPlain: boolean;
}

/** What was seen of a text. */
interface Seen {
  /** What stands outside of all elements. */
  readonly roots: readonly XmlElement[];
  readonly opened: number;
  readonly closed: number;
  /** Whether the text is so plain that it must be well-formed. */
  readonly isPlain: boolean;
}

/**
 * Reads XML into elements that know where they stand in the text. Hostile input ends in one clear error; no entity
 * is expanded but the five predefined and numeric ones.
 *
 * @param subject what the text is, for messages: a file, `domain XML`.
 * @throws QuotaError `invalid-input` when it is not well-formed, with line and column.
 */
export function locate(xml: string, subject = 'domain XML'): XmlElement {
  const { roots, opened, closed, isPlain } = elementsOf(xml, subject);
  if (!isPlain) refuseMalformed(xml, subject);
  const [root, ...others] = roots;
  if (root === undefined || others.length > 0)
    throw problemAt(xml, 0, subject, 'not exactly one root element');
  if (closed !== opened) {
    throw new QuotaError('internal', subject, `saw ${closed} of ${opened} elements of ${subject}`);
  }
  return root;
}

/** Every element that ends, whether or not the text is well-formed. */
function elementsOf(xml: string, subject: string): Seen {
  const roots: XmlElement[] = [];
  const open: Open[] = [];
  let [opened, closed, end] = [0, 0, 0];
  let isPlain = true;
  const close = (one: Open, contentEnd: number) => {
    closed += 1;
    one.element.contentEnd = contentEnd;
    one.element.end = end;
    (open.at(-1)?.children ?? roots).push(one.element);
  };
  for (const { piece, index, before } of checkedPieces(xml, subject)) {
    const around = open.at(-1);
    if (around !== undefined && before !== '') around.element.text += textOf(before);
    isPlain &&= around === undefined ? isBlank(before) : !before.includes('&');
    end = index + piece.length;
    if (piece.startsWith('</')) {
      const one = open.pop();
      isPlain &&= one !== undefined && isEndOf(piece, one.element.name);
      if (one !== undefined) close(one, index);
    } else if (isStartTag(piece)) {
      opened += 1;
      const one = openedBy(piece, index, around?.hasNamespace ?? false);
      isPlain &&= one.isPlain && (around !== undefined || roots.length === 0);
      if (one.element.selfClosed) close(one, end);
      else open.push(one);
    } else if (piece.startsWith('<![CDATA[')) {
      isPlain = false;
      if (around !== undefined) around.element.text += unixLines(piece.slice(9, -3));
    } else if (piece.startsWith('<?')) isPlain = false;
  }
  isPlain &&= roots.length === 1 && open.length === 0 && isBlank(xml.slice(end));
  return { roots, opened, closed, isPlain };
}

function isEndOf(piece: string, name: string): boolean {
  return piece.startsWith(name, 2) && isBlank(piece.slice(2 + name.length, -1));
}

function openedBy(piece: string, start: number, isInNamespace: boolean): Open {
  const selfClosed = piece.endsWith('/>');
  const plain = plainTag(piece);
  const name = plain?.name ?? /^<([^\s/>]+)/.exec(piece)?.[1] ?? '';
  const attributes = attributesOf(plain?.attributes ?? looseAttributes(piece, 1 + name.length));
  const namespace = attributes.get('xmlns');
  const hasNamespace = namespace === undefined ? isInNamespace : namespace !== '';
  const foreign = hasNamespace && !name.includes(':');
  const contentStart = start + piece.length;
  const children: XmlElement[] = [];
  return {
    element: {
      name,
      attributes,
      children,
      text: '',
      start,
      contentStart,
      contentEnd: 0,
      end: 0,
      selfClosed,
      foreign,
    },
    children,
    hasNamespace,
    isPlain: plain !== undefined,
  };
}

const noAttributes: ReadonlyMap<string, string> = new Map();

function looseAttributes(piece: string, from: number): readonly (readonly [string, string])[] {
  const found = piece.slice(from).matchAll(attribute);
  return Array.from(found, ([, name = '', double, single]) => [name, double ?? single ?? ''] as const);
}

/** White space in a value counts as blanks, unless it is written as a reference. */
function attributesOf(written: readonly (readonly [string, string])[]): ReadonlyMap<string, string> {
  if (written.length === 0) return noAttributes;
  return new Map(written.map(([name, value]) => [name, decodeEntities(blanks(value))]));
}

function blanks(value: string): string {
  return /[\t\n\r]/.test(value) ? value.replace(/\r\n|[\t\n\r]/g, ' ') : value;
}

function textOf(raw: string): string {
  return decodeEntities(unixLines(raw));
}

/** As XML has it: whatever ends a line in the document, a program is told of \n. */
function unixLines(text: string): string {
  return text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
}

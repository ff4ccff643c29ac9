import { QuotaError } from '../errors.ts';
import type { XmlElement } from './element.ts';
import { decodeEntities } from './entities.ts';
import { checkWellFormed, markup, problemAt } from './well-formed.ts';

const attribute = /([^\s=]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;

/** An element whose end was not seen yet. */
interface Open {
  readonly element: { -readonly [Key in keyof XmlElement]: XmlElement[Key] };
  readonly children: XmlElement[];
  /** Whether a namespace is the default inside. */
  readonly hasNamespace: boolean;
}

/**
 * Reads XML into elements that know where they stand in the text. Hostile input ends in one clear error; no entity
 * is expanded but the five predefined and numeric ones.
 *
 * @param subject what the text is, for messages: a file, `domain XML`.
 * @throws QuotaError `invalid-input` when it is not well-formed, with line and column.
 */
export function locate(xml: string, subject = 'domain XML'): XmlElement {
  const expected = checkWellFormed(xml, subject);
  const { roots, elements } = elementsOf(xml);
  const [root, ...others] = roots;
  if (root === undefined || others.length > 0)
    throw problemAt(xml, 0, subject, 'not exactly one root element');
  if (elements !== expected) {
    throw new QuotaError('internal', subject, `saw ${elements} of ${expected} elements of ${subject}`);
  }
  return root;
}

/** What stands outside of all elements, and how many elements were read to their end. */
function elementsOf(xml: string): { readonly roots: readonly XmlElement[]; readonly elements: number } {
  const roots: XmlElement[] = [];
  const open: Open[] = [];
  let elements = 0;
  let end = 0;
  const close = (closed: Open, contentEnd: number) => {
    elements += 1;
    closed.element.contentEnd = contentEnd;
    closed.element.end = end;
    (open.at(-1)?.children ?? roots).push(closed.element);
  };
  for (const { 0: piece, index } of xml.matchAll(markup)) {
    const around = open.at(-1);
    if (around !== undefined && index > end) around.element.text += textOf(xml.slice(end, index));
    end = index + piece.length;
    if (piece.startsWith('<![CDATA[')) {
      if (around !== undefined) around.element.text += unixLines(piece.slice(9, -3));
    } else if (piece.startsWith('</')) {
      const closed = open.pop();
      if (closed !== undefined) close(closed, index);
    } else if (piece[1] !== '!' && piece[1] !== '?') {
      const opened = openedBy(piece, index, around?.hasNamespace ?? false);
      if (opened.element.selfClosed) close(opened, end);
      else open.push(opened);
    }
  }
  return { roots, elements };
}

function openedBy(piece: string, start: number, isInNamespace: boolean): Open {
  const selfClosed = piece.endsWith('/>');
  const name = /^<([^\s/>]+)/.exec(piece)?.[1] ?? '';
  const attributes = attributesOf(piece, 1 + name.length);
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
  };
}

const noAttributes: ReadonlyMap<string, string> = new Map();

/** White space in a value counts as blanks, unless it is written as a reference. */
function attributesOf(piece: string, from: number): ReadonlyMap<string, string> {
  if (!piece.includes('=', from)) return noAttributes;
  const attributes = new Map<string, string>();
  for (const [, name = '', double, single] of piece.slice(from).matchAll(attribute)) {
    attributes.set(name, decodeEntities(blanks(double ?? single ?? '')));
  }
  return attributes;
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

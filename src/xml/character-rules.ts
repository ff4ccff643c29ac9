/** What XML 1.0 cannot hold at all. */
const forbidden = /[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|\p{Surrogate}/u;
/** What nearly every text is that this program writes. */
const isPlain = /^[\w.-]*$/;
const ampersand = /&(?:#x([0-9a-fA-F]+);|#([0-9]+);|(?:lt|gt|amp|quot|apos);)?/g;
const instruction = /^<\?([A-Za-z_:\u0080-\uffff][^\s?]*)[\s?]/;

/** Something that makes a document unreadable, and where. */
export interface Problem {
  readonly offset: number;
  readonly problem: string;
}

/** The first character that XML cannot hold: control characters, lone surrogates. */
export function forbiddenCharacter(xml: string): Problem | undefined {
  const offset = xml.search(forbidden);
  if (offset < 0) return undefined;
  const code = xml.charCodeAt(offset).toString(16).toUpperCase().padStart(4, '0');
  return { offset, problem: `the character U+${code} is not allowed` };
}

/** Whether XML 1.0 can hold the text at all. */
export function isXmlText(text: string): boolean {
  return isPlain.test(text) || !forbidden.test(text);
}

/**
 * What is wrong inside one piece of markup or of the text between two, and fast-xml-parser overlooks; libvirt's
 * parser refuses all of it.
 *
 * @param offset where the piece begins, for the answer.
 * @param depth number of elements around it.
 */
export function problemInPiece(piece: string, offset: number, depth: number): Problem | undefined {
  if (piece.startsWith('<!--')) return about(offset, commentProblem(piece));
  if (piece.startsWith('<![CDATA['))
    return about(offset, depth > 0 ? undefined : 'CDATA stands outside the root element');
  if (piece.startsWith('<?')) return about(offset, instructionProblem(piece, offset));
  const end = piece.startsWith('<') ? -1 : piece.indexOf(']]>');
  return end < 0 ? badReference(piece, offset) : { offset: offset + end, problem: ']]> in text' };
}

function about(offset: number, problem: string | undefined): Problem | undefined {
  return problem === undefined ? undefined : { offset, problem };
}

function commentProblem(piece: string): string | undefined {
  const content = piece.slice(4, -3);
  return content.includes('--') || content.endsWith('-') ? '-- in a comment' : undefined;
}

function instructionProblem(piece: string, offset: number): string | undefined {
  const name = instruction.exec(piece)?.[1];
  if (name === undefined) return 'a processing instruction without a name';
  if (name.toLowerCase() === 'xml')
    return offset <= 1 ? undefined : 'the XML declaration stands only at the start of the document';
  // The parser looks for quoted values in every instruction, also where the quote is an apostrophe.
  return /["']/.test(piece) ? 'a processing instruction with quotes is not supported' : undefined;
}

/** No entity is declared, since no DOCTYPE is read, and a number must be a character that XML can hold. */
function badReference(piece: string, offset: number): Problem | undefined {
  if (!piece.includes('&')) return undefined;
  for (const { 0: reference, 1: hex, 2: decimal, index } of piece.matchAll(ampersand)) {
    const problem = referenceProblem(reference, hex, decimal);
    if (problem !== undefined) return { offset: offset + index, problem };
  }
  return undefined;
}

function referenceProblem(reference: string, hex?: string, decimal?: string): string | undefined {
  if (reference === '&') return 'this & begins no character reference or known entity';
  if (hex === undefined && decimal === undefined) return undefined;
  const point = hex === undefined ? Number.parseInt(decimal ?? '', 10) : Number.parseInt(hex, 16);
  if (point <= 0x10ffff && isXmlText(String.fromCodePoint(point))) return undefined;
  return `the reference ${reference.slice(0, 20)} is not a character that XML can hold`;
}

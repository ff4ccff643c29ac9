/** Narrower than this nothing can be laid out. */
const NARROWEST = 40;

/** Where a line may end, and how the next one begins. */
export interface Wrapping {
  /** Columns; undefined: a line may be of any length. */
  readonly width: number | undefined;
  /** Columns before every line but the first. */
  readonly indent: number;
}

/** A text in lines that fit: they end between words, and inside of a word only where it is longer than a line. */
export function wrapped(text: string, { width, indent }: Wrapping): readonly string[] {
  if (width === undefined) return [text];
  const room = Math.max(width, NARROWEST);
  const lines: string[] = [];
  let line = '';
  // What stands before the first word, and between words, is kept: columns are made of it.
  for (const piece of text.match(/\s*\S+/g) ?? []) {
    if ((line + piece).length <= room) {
      line += piece;
      continue;
    }
    if (line.trim() !== '') {
      lines.push(line);
      line = ' '.repeat(indent);
    }
    line += line.trim() === '' && lines.length > 0 ? piece.trimStart() : piece;
    while (line.length > room) {
      const end = breakIn(line, room, indent);
      lines.push(line.slice(0, end));
      line = `${' '.repeat(indent)}${line.slice(end)}`;
    }
  }
  return [...lines, line];
}

/** A path is broken behind a slash if one is near, anything else where the line ends. */
function breakIn(line: string, room: number, indent: number): number {
  const slash = line.lastIndexOf('/', room - 1);
  return slash > indent + (room - indent) / 2 ? slash + 1 : room;
}

/**
 * A command in lines that fit, which a shell takes for one: all but the last end with a backslash. Words are never
 * broken, so that one may be longer than a line.
 */
export function wrappedCommand(
  first: string,
  words: readonly string[],
  { width, indent }: Wrapping,
): readonly string[] {
  if (width === undefined) return [`${first}${words.join(' ')}`];
  const room = Math.max(width, NARROWEST) - 2;
  const lines: string[] = [];
  let line = first;
  let isEmpty = true;
  for (const word of words) {
    const next = isEmpty ? `${line}${word}` : `${line} ${word}`;
    if (isEmpty || next.length <= room) {
      line = next;
    } else {
      lines.push(`${line} \\`);
      line = `${' '.repeat(indent)}${word}`;
    }
    isEmpty = false;
  }
  return [...lines, line];
}

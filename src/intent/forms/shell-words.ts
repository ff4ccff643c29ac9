/** A word of a command line. */
export interface ShellWord {
  readonly text: string;
  /** A part that only a shell could tell (`$NAME`, `$(…)`, backticks); absent: there is none. */
  readonly expansion?: string;
}

/** To a shell only blanks and tabs; what was copied from a page or a mail has others, and none of them is part of a word. */
const space = /\s+/y;
const plain = /[^\s'"\\;&|<>$`]+/y;
const single = /'([^']*)'/y;
const double = /"((?:[^"\\]|\\.)*)"/sy;
const escaped = /\\(.)/sy;
const variable = /\$(?:\{[^}]*\}|\w+|\([^)]*\)|)|`[^`]*`?/y;

/**
 * The words of each command of a line, as a shell would divide it; nothing is expanded. What follows a `|` or a redirection
 * is only about what the command prints, and left out; `;` and `&&` begin another command.
 *
 * @returns undefined where a quote is not closed, or one command decides whether another one runs (`||`).
 */
export function shellCommands(line: string): readonly (readonly ShellWord[])[] | undefined {
  const commands: ShellWord[][] = [];
  let words: ShellWord[] = [];
  let isOutput = false;
  let at = 0;
  while (at < line.length) {
    at = after(space, line, at);
    const rest = line[at] ?? '';
    if (rest === '' || rest === '#') break;
    const end = /[;]|&&/y;
    end.lastIndex = at;
    if (end.test(line)) {
      commands.push(words);
      words = [];
      isOutput = false;
      at = end.lastIndex;
    } else if (line.startsWith('||', at)) return undefined;
    else if (/[|<>&]/.test(rest)) {
      isOutput = true;
      at += 1;
    } else {
      const read = readWord(line, at);
      if (read === undefined) return undefined;
      if (!isOutput && !isDescriptor(read.word.text, line[read.end])) words.push(read.word);
      at = read.end;
    }
  }
  return [...commands, words].filter(command => command.length > 0);
}

/** The `2` of `2>&1`. */
function isDescriptor(word: string, next: string | undefined): boolean {
  return /^[0-9]$/.test(word) && (next === '>' || next === '<');
}

function readWord(
  line: string,
  start: number,
): { readonly word: ShellWord; readonly end: number } | undefined {
  let text = '';
  let expansion: string | undefined;
  let at = start;
  while (at < line.length && !/[\s;&|<>]/.test(line[at] ?? '')) {
    const found =
      piece(plain, line, at) ??
      piece(single, line, at) ??
      piece(escaped, line, at) ??
      piece(double, line, at, inner => inner.replace(/\\(["\\$`])/g, '$1'));
    const open = found ?? piece(variable, line, at);
    if (open === undefined) return undefined;
    if (found === undefined) expansion ??= open.text;
    else if (line[at] === '"') expansion ??= /(?<!\\)(?:\$[\w{(]\w*\}?|`)/.exec(open.raw)?.[0];
    text += open.text;
    at = open.end;
  }
  return { word: { text, ...(expansion !== undefined && { expansion }) }, end: at };
}

function piece(pattern: RegExp, line: string, at: number, inside = (text: string) => text) {
  pattern.lastIndex = at;
  const match = pattern.exec(line);
  if (match === null) return undefined;
  return { text: inside(match[1] ?? match[0]), raw: match[0], end: at + match[0].length };
}

function after(pattern: RegExp, line: string, at: number): number {
  pattern.lastIndex = at;
  return at + (pattern.exec(line)?.[0].length ?? 0);
}

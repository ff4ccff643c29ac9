import { isClientCommand, isTableLine, promptLength } from '../pasted-line.ts';
import { type ClientCommand, clientCommand, looseProperties } from './client-command.ts';
import { giveInstead, quoted, refusedLine } from './refusal.ts';
import { shellCommands } from './shell-words.ts';

/** Lines that belong together, with the number of the first. */
export interface Block {
  readonly kind: 'table' | 'text';
  readonly lines: readonly string[];
  readonly line: number;
}

/** A command and what was printed after it. */
export interface Section {
  /** Absent: what stands before all commands, or after one that is about something else. */
  readonly command?: ClientCommand;
  readonly blocks: readonly Block[];
}

/** A line with what continues it. */
interface Line {
  readonly text: string;
  readonly line: number;
}

/** What a script has besides, and says nothing of limits. */
const passedOver =
  /^(?:set [-+]|source |\. |export |unset |cd |echo |exit\b|sleep |clear$|logout$|then$|fi$|done$|true$)/;

/**
 * Divides what was copied from a terminal, or stands in a script, into commands and what each printed.
 *
 * @throws QuotaError `invalid-input` with the line of a command that cannot be read.
 */
export function sectionsOf(text: string, subject: string): readonly Section[] {
  const lines = continuedLines(text);
  // After a lone `#` a command is root's, unless there are commands without it: then it is a comment.
  const isRoots = !lines.some(
    ({ text: line }) => !line.trim().startsWith('#') && isClientCommand(line.slice(promptLength(line))),
  );
  const sections: { command?: ClientCommand; lines: Line[] }[] = [{ lines: [] }];
  for (const one of lines) {
    const line = one.text.trim();
    const isComment = line.startsWith('#') && !(isRoots && promptLength(line) > 0);
    if (isComment) continue;
    const commands = commandsIn({ ...one, text: line }, subject);
    if (commands === undefined) sections.at(-1)?.lines.push(one);
    else for (const command of commands) sections.push({ ...(command && { command }), lines: [] });
  }
  return sections.map(({ command, lines: own }) => ({ ...(command && { command }), blocks: blocksOf(own) }));
}

/** The commands of a line; undefined: it is none, but something that was printed. */
function commandsIn(
  { text, line }: Line,
  subject: string,
): readonly (ClientCommand | undefined)[] | undefined {
  const prompted = promptLength(text);
  const rest = text.slice(prompted);
  const typed = /^\((openstack|nova|cinder|neutron)\)\s/.exec(text)?.[1];
  const whole = typed === undefined ? rest : `${typed} ${rest}`;
  const isLoose = /^["']?--prop(?:erty)?[ =]/.test(rest);
  if (!isLoose && !isClientCommand(whole))
    return prompted > 0 || passedOver.test(text) ? [undefined] : undefined;
  const commands = shellCommands(straight(whole));
  if (commands === undefined)
    throw refusedLine(subject, line, `a quote that is not closed, or '||' between commands: ${quoted(text)}`);
  return commands.map(words => clientCommand(words, subject, line) ?? looseProperties(words, subject, line));
}

/** Word processors make other quotes and dashes of those that were typed. */
function straight(command: string): string {
  return command
    .replace(/[“”„]/g, '"')
    .replace(/[‘’]/g, "'")
    .replace(/(^|\s)[–—](?=[a-z])/g, '$1--');
}

/** A `\` at its end, with blanks behind it or not, continues a line; so does an option that hangs below its command. */
function continuedLines(text: string): readonly Line[] {
  const lines: { parts: string[]; line: number; isCommand: boolean }[] = [];
  let isOpen = false;
  for (const [at, raw] of text.split('\n').entries()) {
    const last = lines.at(-1);
    const content = raw.replace(/\\[ \t]*$/, '');
    const hangs = last?.isCommand === true && /^\s*--[a-z]/.test(raw);
    if (last !== undefined && (isOpen || hangs)) last.parts.push(content.replace(/^\s*>\s/, '').trim());
    else lines.push({ parts: [content], line: at + 1, isCommand: isPrompted(content.trim()) });
    isOpen = content !== raw;
  }
  return lines.map(({ parts, line }) => ({ text: parts.join(' '), line }));
}

function isPrompted(line: string): boolean {
  return isClientCommand(line.slice(promptLength(line)));
}

function blocksOf(lines: readonly Line[]): readonly Block[] {
  const blocks: { kind: Block['kind']; lines: string[]; line: number }[] = [];
  for (const { text, line } of lines) {
    const last = blocks.at(-1);
    const before = last?.kind === 'table' ? last.lines.at(-1) : undefined;
    const kind = isTableLine(text) ? 'table' : 'text';
    if (last !== undefined && before !== undefined && isRestOf(before, text, last.lines[0] ?? '')) {
      last.lines[last.lines.length - 1] = before + text;
    } else if (last?.kind === kind) last.lines.push(text);
    else blocks.push({ kind, lines: [text], line });
  }
  return blocks.filter(block => block.lines.some(line => line.trim() !== ''));
}

/** A terminal wraps a table that is wider than itself: a row without its last mark goes on in the next line. */
function isRestOf(row: string, line: string, first: string): boolean {
  if (isWholeRow(row, first) || row.length > longestRow || line === '') return false;
  return !isTableLine(line) || /^[\s+|]*$/.test(line);
}

/** With as many marks as the border at its top has; without a border as soon as it ends with one. */
function isWholeRow(row: string, first: string): boolean {
  if (!/[|+]$/.test(row.trimEnd())) return false;
  const isUnderBorder = first.trimStart().startsWith('+') && row.trimStart().startsWith('|');
  return !isUnderBorder || row.split('|').length >= first.split('+').length;
}

/** In UTF-16 units. */
const longestRow = 65_536;

/** Nothing is known of such a text. */
export function unknownForm(subject: string, { lines, line }: Block): Error {
  const at = Math.max(
    0,
    lines.findIndex(one => one.trim() !== ''),
  );
  return refusedLine(
    subject,
    line + at,
    `${quoted(lines[at] ?? '')} is in no form that is read: ${giveInstead}`,
  );
}

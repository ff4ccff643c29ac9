import type { CommandResult } from '../ports/host.ts';

/** `tc -batch` reads lines as a shell would, so that quotes, comments and backslashes mean something. */
const PLAIN_WORD = /^[\w.:@+=,-]+$/;
const OPTION = /^-[jrsd]$/;
const OBJECTS = new Set(['class', 'filter', 'qdisc']);

/** Something that tc always has an answer to. */
const CANARY = 'qdisc show dev lo';

/** The options and the line by which a `tc … show` can be part of a batch; undefined: it has to run by itself. */
export function batchLine(
  argv: readonly string[],
): { readonly options: readonly string[]; readonly line: string } | undefined {
  const [program, ...rest] = argv;
  const first = rest.findIndex(word => !OPTION.test(word));
  if (program !== 'tc' || first < 0 || !rest.every(word => PLAIN_WORD.test(word))) return undefined;
  const words = rest.slice(first);
  return OBJECTS.has(words[0] ?? '') && words[1] === 'show'
    ? { options: rest.slice(0, first), line: words.join(' ') }
    : undefined;
}

/** The command of a batch with some options. It goes on after a line that fails. */
export function batchCommand(options: readonly string[]): readonly string[] {
  return ['tc', ...options, '-force', '-batch', '-'];
}

/**
 * What is written to it. tc tells neither where the answer to a line ends nor for which device it is, so there is a
 * `help` after each; the first ones tell what that looks like with this tc, and the canary that it writes out each
 * answer before the next line.
 */
export function batchInput(lines: readonly string[]): string {
  return ['help', CANARY, ...lines, ''].join('\nhelp\n');
}

/**
 * The answer to a batch, both outputs in the order in which they were written, as answers to its lines, each as if it
 * had run by itself.
 *
 * @param count how many lines there were
 * @returns undefined when it cannot be told which part is whose
 */
export function splitBatch(merged: string, count: number): readonly CommandResult[] | undefined {
  const title = merged.slice(0, merged.indexOf('\n') + 1);
  const help = merged.slice(0, merged.indexOf(title, title.length));
  if (help === '' || !merged.startsWith(help, help.length)) return undefined;
  const [canary, ...parts] = merged.slice(2 * help.length).split(help);
  if (canary === '' || parts.length !== count + 1 || parts.pop() !== '') return undefined;
  return parts.map(resultOf);
}

/** @see iproute2 lib/utils.c:do_batch: `Command failed -:3` after what the command says */
function resultOf(text: string): CommandResult {
  const complaint = /^(.*?)Command failed -:\d{1,9}\n$/s.exec(text)?.[1];
  return complaint === undefined
    ? { exitCode: 0, stdout: text, stderr: '' }
    : { exitCode: 1, stdout: '', stderr: complaint };
}

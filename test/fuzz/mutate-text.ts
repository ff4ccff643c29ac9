import type { Dice } from './dice.ts';
import { edgeNumbers, edgeTexts } from './edge-values.ts';
import type { Mutation } from './harness.ts';

/** Longest input that is made, in UTF-16 units, but for those that measure how time grows. */
const LONGEST = 400_000;
const MOST_TOKENS = 20_000;

/** Words, numbers, white space and single signs. */
const token = /[A-Za-z_][\w.-]*|\d+(?:\.\d+)?|\s+|[\s\S]/g;

/** Changes that fit every text. */
export const textMutations: readonly Mutation[] = [
  (input, dice) => withTokens(input, dice, swapTwo),
  (input, dice) => withTokens(input, dice, replaceByOther),
  (input, dice) => withTokens(input, dice, repeatSome),
  (input, dice) => withTokens(input, dice, removeSome),
  (input, dice) => withTokens(input, dice, nest),
  edgeNumber,
  edgeNumber,
  edgeNumber,
  edgeText,
  edgeText,
  edgeText,
  flip,
  cut,
  (input, dice) => withLines(input, dice, lines => removeSome(lines, dice)),
  (input, dice) => withLines(input, dice, lines => swapTwo(lines, dice)),
  (input, dice) => withLines(input, dice, lines => repeatLine(lines, dice)),
  (input, dice) => withLines(input, dice, lines => doubleKey(lines, dice)),
  (input, dice) => withLines(input, dice, lines => shiftColumns(lines, dice)),
  lineEnds,
];

/** Some changes one after the other, mostly few. */
export function mutated(
  input: string,
  mutations: readonly Mutation[],
  others: readonly string[],
  dice: Dice,
): string {
  let text = input;
  for (let left = 1 + dice.below(dice.chance(0.2) ? 12 : 3); left > 0; left -= 1) {
    const next = dice.chance(0.05) ? crossed(text, dice.of(others), dice) : dice.of(mutations)(text, dice);
    if (next.length <= LONGEST) text = next;
  }
  return text;
}

/** The beginning of one and the end of another. */
function crossed(one: string, other: string, dice: Dice): string {
  return one.slice(0, dice.below(one.length + 1)) + other.slice(dice.below(other.length + 1));
}

function withTokens(
  input: string,
  dice: Dice,
  change: (tokens: string[], dice: Dice) => readonly string[],
): string {
  // Of a long text a window: to take all of it apart costs more than to read it.
  const from = input.length > MOST_TOKENS ? dice.below(input.length - MOST_TOKENS) : 0;
  const tokens = input.slice(from, from + MOST_TOKENS).match(token);
  if (tokens === null) return input;
  return input.slice(0, from) + change([...tokens], dice).join('') + input.slice(from + MOST_TOKENS);
}

function withLines(input: string, dice: Dice, change: (lines: string[]) => readonly string[]): string {
  const lines = input.split('\n');
  return lines.length < 2 && dice.chance(0.5) ? input : change(lines).join('\n');
}

function swapTwo(all: string[], dice: Dice): readonly string[] {
  const [one, other] = [dice.below(all.length), dice.below(all.length)];
  const kept = all[one] as string;
  all[one] = all[other] as string;
  all[other] = kept;
  return all;
}

function replaceByOther(all: string[], dice: Dice): readonly string[] {
  all[dice.below(all.length)] = dice.of(all);
  return all;
}

function repeatSome(all: string[], dice: Dice): readonly string[] {
  const from = dice.below(all.length);
  const some = all.slice(from, from + 1 + dice.below(12)).join('');
  const times = dice.of([1, 1, 2, 10, 100]);
  return [...all.slice(0, from), some.repeat(times), ...all.slice(from)];
}

function removeSome(all: string[], dice: Dice): readonly string[] {
  all.splice(dice.below(all.length), 1 + dice.below(dice.chance(0.8) ? 3 : 30));
  return all;
}

/** What stands in brackets, or in a line, goes so deep. */
function nest(all: string[], dice: Dice): readonly string[] {
  const times = dice.of([2, 10, 100, 1000, 5000]);
  const opening = dice.of(['{', '[', '(', '<a>', '{"a":', '[{"a":', "{'a': ", '- ', '${', 'a {']);
  const closing: Record<string, string> = {
    '{': '}',
    '[': ']',
    '(': ')',
    '<a>': '</a>',
    '{"a":': '}',
    '[{"a":': '}]',
    "{'a': ": '}',
    '${': '}',
    'a {': '}',
  };
  const from = dice.below(all.length);
  const end = dice.chance(0.7) ? (closing[opening] ?? '') : '';
  all.splice(from, 1, opening.repeat(times) + all[from] + end.repeat(times));
  return all;
}

function edgeNumber(input: string, dice: Dice): string {
  const numbers = [...input.slice(0, MOST_TOKENS).matchAll(/-?\d+(?:\.\d+)?/g)];
  if (numbers.length === 0) return edgeText(input, dice);
  const { 0: found, index } = dice.of(numbers);
  const number = dice.chance(0.3) ? nearTo(found, dice) : dice.of(edgeNumbers);
  return input.slice(0, index) + number + input.slice(index + found.length);
}

function nearTo(number: string, dice: Dice): string {
  const change = dice.of([1n, -1n, 1000n, -1000n]);
  return dice.chance(0.5) || number.includes('.')
    ? dice.of([`-${number}`, `${number}0`, number.slice(0, -1), `${number}.0`, `${number}k`])
    : String(BigInt(number) + change);
}

function edgeText(input: string, dice: Dice): string {
  const at = dice.below(input.length + 1);
  const text = dice.of(edgeTexts);
  return input.slice(0, at) + text + input.slice(at + (dice.chance(0.3) ? text.length : 0));
}

function flip(input: string, dice: Dice): string {
  const at = dice.below(input.length);
  const code = (input.charCodeAt(at) || 0) ^ (1 << dice.below(8));
  return input.slice(0, at) + String.fromCharCode(code) + input.slice(at + 1);
}

function cut(input: string, dice: Dice): string {
  const at = dice.below(input.length + 1);
  return dice.chance(0.7) ? input.slice(0, at) : input.slice(at);
}

function repeatLine(lines: string[], dice: Dice): readonly string[] {
  const at = dice.below(lines.length);
  const times = dice.of([2, 2, 10, 1000]);
  const line = lines[at] ?? '';
  return line.length * times > LONGEST
    ? lines
    : [...lines.slice(0, at), ...Array<string>(times).fill(line), ...lines.slice(at + 1)];
}

/** A line comes again with another number, or in other letters. */
function doubleKey(lines: string[], dice: Dice): readonly string[] {
  const at = dice.below(lines.length);
  const line = lines[at] ?? '';
  const again = dice.chance(0.8) ? edgeNumber(line, dice) : line.toUpperCase();
  const place = dice.chance(0.5) ? at + 1 : dice.below(lines.length + 1);
  return [...lines.slice(0, place), again, ...lines.slice(place)];
}

function shiftColumns(lines: string[], dice: Dice): readonly string[] {
  const by = ' '.repeat(1 + dice.below(5));
  if (dice.chance(0.3)) return lines.map(line => (dice.chance(0.5) ? by + line : line.replace(by, '')));
  const at = dice.below(lines.length);
  const line = lines[at] ?? '';
  const column = dice.below(line.length + 1);
  lines[at] = dice.chance(0.5)
    ? line.slice(0, column) + by + line.slice(column)
    : line.slice(0, column) + line.slice(column + by.length);
  return lines;
}

function lineEnds(input: string, dice: Dice): string {
  return input.replace(/\r?\n/g, dice.of(['\r\n', '\r', '\n\n', '\u2028', '', ' ', '\x85']));
}

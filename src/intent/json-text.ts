import type { Diagnostic } from '../diagnostics.ts';
import { QuotaError } from '../errors.ts';

/** A number by its text: extra specs are text, and a large integer must not lose digits. */
export interface JsonNumber {
  readonly number: string;
}

/** Any JSON value. Objects are maps, so that no key (`__proto__`) means anything to JavaScript. */
export type Json = string | boolean | null | JsonNumber | readonly Json[] | ReadonlyMap<string, Json>;

/** Deepest nesting of lists and objects that is read. */
export const maxJsonDepth = 64;

const space = /[ \t\n\r]*/y;
const number = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
/** Runs of plain characters with an escape between them: no text can be divided in two ways, so it never backtracks. */
const string = /"[^"\\\x00-\x1f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\x00-\x1f]*)*"/y;
const word = /true|false|null/y;

/** How JSON is read. */
export interface JsonOptions {
  /** Number of its first line, for messages; absent: 1. */
  readonly firstLine?: number;
  /** Gets a finding for each key that is given twice. */
  readonly found?: Diagnostic[];
}

/**
 * Reads JSON, keeping the text of numbers. Of a key given twice the last value counts, in the place of the first, as in
 * Python and JavaScript.
 *
 * @param subject what the text is, for messages.
 * @throws QuotaError `invalid-input` with line and column when it is not JSON, or nested too deep.
 */
export function parseJson(
  text: string,
  subject: string,
  { firstLine = 1, found = [] }: JsonOptions = {},
): Json {
  const cursor: Cursor = { text, subject, firstLine, found, at: text.startsWith('\ufeff') ? 1 : 0, depth: 0 };
  const value = parseValue(cursor);
  skipSpace(cursor);
  if (cursor.at < text.length) throw problem(cursor, 'nothing more was expected here');
  return value;
}

/** Which kind of JSON value it is, in plain words. */
export function jsonType(value: Json): 'text' | 'true or false' | 'null' | 'number' | 'list' | 'object' {
  if (typeof value === 'string') return 'text';
  if (typeof value === 'boolean') return 'true or false';
  if (value === null) return 'null';
  if (value instanceof Map) return 'object';
  return Array.isArray(value) ? 'list' : 'number';
}

/** A scalar's text, numbers and words as they are written; undefined for null, lists and objects. */
export function scalarText(value: Json | undefined): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return String(value);
  return value !== null && typeof value === 'object' && 'number' in value ? value.number : undefined;
}

/** Of a key given twice, the value that does not count. */
export function givenTwice(key: string, earlier: Json | undefined): Diagnostic {
  const value = scalarText(earlier);
  return { code: 'given-twice', severity: 'warning', path: key, ...(value !== undefined && { value }) };
}

interface Cursor {
  readonly text: string;
  readonly subject: string;
  readonly firstLine: number;
  readonly found: Diagnostic[];
  at: number;
  depth: number;
}

function parseValue(cursor: Cursor): Json {
  skipSpace(cursor);
  const first = cursor.text[cursor.at];
  if (first === '{') return nested(cursor, parseObject);
  if (first === '[') return nested(cursor, parseList);
  if (first === '"') return parseString(cursor);
  const digits = take(cursor, number);
  if (digits !== undefined) return { number: digits };
  const literal = take(cursor, word);
  if (literal === undefined) throw problem(cursor, 'a value was expected here');
  return literal === 'null' ? null : literal === 'true';
}

function nested<T>(cursor: Cursor, parse: (cursor: Cursor) => T): T {
  cursor.depth += 1;
  if (cursor.depth > maxJsonDepth) throw problem(cursor, `more than ${maxJsonDepth} levels`);
  cursor.at += 1;
  const value = parse(cursor);
  cursor.depth -= 1;
  return value;
}

function parseObject(cursor: Cursor): ReadonlyMap<string, Json> {
  const object = new Map<string, Json>();
  if (takeMark(cursor, '}')) return object;
  do {
    skipSpace(cursor);
    const key = parseString(cursor);
    if (!takeMark(cursor, ':')) throw problem(cursor, "':' was expected here");
    const value = parseValue(cursor);
    if (object.has(key)) cursor.found.push(givenTwice(key, object.get(key)));
    object.set(key, value);
  } while (takeMark(cursor, ','));
  if (!takeMark(cursor, '}')) throw problem(cursor, "',' or '}' was expected here");
  return object;
}

function parseList(cursor: Cursor): readonly Json[] {
  const list: Json[] = [];
  if (takeMark(cursor, ']')) return list;
  do list.push(parseValue(cursor));
  while (takeMark(cursor, ','));
  if (!takeMark(cursor, ']')) throw problem(cursor, "',' or ']' was expected here");
  return list;
}

function parseString(cursor: Cursor): string {
  const quoted = take(cursor, string);
  if (quoted === undefined) throw problem(cursor, 'text in double quotes was expected here');
  return JSON.parse(quoted);
}

function take(cursor: Cursor, pattern: RegExp): string | undefined {
  pattern.lastIndex = cursor.at;
  const match = pattern.exec(cursor.text)?.[0];
  if (match !== undefined) cursor.at += match.length;
  return match;
}

function takeMark(cursor: Cursor, mark: string): boolean {
  skipSpace(cursor);
  if (cursor.text[cursor.at] !== mark) return false;
  cursor.at += 1;
  return true;
}

function skipSpace(cursor: Cursor): void {
  take(cursor, space);
}

function problem({ text, subject, firstLine, at }: Cursor, what: string): QuotaError {
  const before = text.slice(0, at).split('\n');
  const place = `line ${firstLine + before.length - 1}, column ${(before.at(-1) ?? '').length + 1}`;
  const ending = at >= text.length ? 'the text ends too early' : what;
  return new QuotaError('invalid-input', subject, `${subject} is not JSON at ${place}: ${ending}`);
}

import type { Diagnostic } from '../diagnostics.ts';
import { QuotaError } from '../errors.ts';
import { type Json, parseJson } from './json-text.ts';
import { isClientCommand, isPastedLine, isPlainProperty } from './pasted-line.ts';
import { parsePropertyLines } from './properties.ts';
import { parsePythonDict, parsePythonDicts } from './python-dict.ts';

/**
 * In what a text is written: `python` is a dict or a list of them as Python prints it, `lines` are `key=value` lines,
 * `pasted` is everything else that people copy: tables, command lines, blocks of Terraform (`forms/pasted.ts`).
 */
export type TextForm = 'json' | 'yaml' | 'python' | 'lines' | 'xml' | 'pasted';

/**
 * Reads YAML or what was pasted, given from outside because most texts need neither and its parsers are large.
 *
 * @param found gets what is to be said about how it was written.
 */
export type TextReader = (text: string, subject: string, found: Diagnostic[]) => Json;

/** How a text is taken apart. */
export interface TextOptions {
  /** For what is neither JSON nor a dict nor `key=value` lines. */
  readonly reader?: TextReader | undefined;
  /** Gets what is to be said about how it was written. */
  readonly found?: Diagnostic[];
  /** In UTF-16 units; absent: {@link maxTextLength}. */
  readonly limit?: number;
}

/** Longest flavor, QoS or policy that is read, in UTF-16 units. */
export const maxTextLength = 1024 * 1024;

/** Tells by a text's beginning (and by a prompt at its end) in what it is written. */
export function textForm(text: string): TextForm {
  const start = text.replace(/^\ufeff/, '').trimStart();
  if (start.startsWith('<')) return 'xml';
  if (start.includes('\x1b')) return 'pasted';
  const form = markedForm(start);
  if (form !== undefined) return endsAtPrompt(start) ? 'pasted' : form;
  const line = firstLine(start);
  if (line === undefined) return start.split('\n').some(isHashedCommand) ? 'pasted' : 'lines';
  if (isPastedLine(line) || endsAtPrompt(start)) return 'pasted';
  if (isYaml(line)) return 'yaml';
  return contentLines(start).every(isPlainProperty) ? 'lines' : 'pasted';
}

/**
 * Takes a text apart in whatever form it is: JSON, YAML, a dict as Python prints it, `key=value` lines (all values text),
 * or what `reader` knows besides.
 *
 * @param subject what the text is, for messages.
 * @throws QuotaError `invalid-input` with the line where it is none of these, is too long, or is XML.
 */
export function parseText(text: string, subject: string, options: TextOptions = {}): Json {
  const { reader, found = [], limit = maxTextLength } = options;
  if (text.length > limit) throw problem(subject, `is too large: more than ${limit} characters`);
  const form = textForm(text);
  switch (form) {
    case 'json':
      return parseJson(text, subject, { found });
    case 'python':
      return /^\ufeff?\s*\[/.test(text)
        ? parsePythonDicts(text, subject, found)
        : parsePythonDict(text, subject, found);
    case 'xml':
      throw problem(subject, 'is XML, which is not expected here');
    case 'lines':
      return parsePropertyLines(text, subject, found);
    default:
      if (reader !== undefined) return reader(text, subject, found);
      // What is no line at all is told as such.
      if (form === 'pasted') parsePropertyLines(text, subject, []);
      throw problem(subject, `is ${form === 'yaml' ? 'YAML' : 'pasted'}, for which no parser was given`);
  }
}

/** What its first character tells. */
function markedForm(start: string): TextForm | undefined {
  if (/^(?:\[\s*)?\{\s*u?'/.test(start)) return /[\]}]$/.test(start.trimEnd()) ? 'python' : undefined;
  if (start.startsWith('{')) return 'json';
  // A prompt, or a list that stands among bare values.
  if (start.startsWith('['))
    return /^\[(?:'|\s{0,8}\](?!\s*$))/.test(start) || isPastedLine(firstLine(start) ?? '')
      ? undefined
      : 'json';
  return /^"(?:[^"\\\n]|\\.)*"\s*$/.test(start) ? 'json' : undefined;
}

/** A prompt that was copied along stands at the very end, where JSON has a bracket. */
function endsAtPrompt(start: string): boolean {
  const text = start.trimEnd();
  if (/[\]}"]$/.test(text)) return false;
  const last = text.slice(text.lastIndexOf('\n') + 1).trim();
  return last.length < 400 && !last.startsWith('#') && last !== text && isPastedLine(last);
}

/** By its first line that says something: a marker of YAML, or a key with `: ` before any `=`. */
function isYaml(line: string): boolean {
  return /^(?:---|%YAML|- |[^=]*?:(?:\s|$))/.test(line);
}

function firstLine(start: string): string | undefined {
  for (const line of start.split(/\r\n|\n|\r/, 2000)) {
    const content = line.trim();
    if (content !== '' && !content.startsWith('#')) return content;
  }
  return contentLines(start)[0];
}

function contentLines(text: string): readonly string[] {
  return text.split(/\r\n|\n|\r/).flatMap(line => {
    const content = line.replace(/^\ufeff/, '').trim();
    return content === '' || content.startsWith('#') ? [] : [content];
  });
}

/** `# openstack flavor show m1`: root's prompt, where nothing else is. */
function isHashedCommand(line: string): boolean {
  return isClientCommand(line.replace(/^\s*#\s*/, ''));
}

function problem(subject: string, what: string): QuotaError {
  return new QuotaError('invalid-input', subject, `${subject} ${what}`);
}

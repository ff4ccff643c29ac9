import { QuotaError } from '../errors.ts';
import { type Json, parseJson } from './json-text.ts';
import { parsePropertyLines } from './properties.ts';
import { parsePythonDict } from './python-dict.ts';

/** In what a text is written: `python` is a dict as Python prints it, `lines` are `key=value` lines. */
export type TextForm = 'json' | 'yaml' | 'python' | 'lines' | 'xml';

/** Reads YAML: {@link parseYaml}, given from outside because most texts need none and its parser is large. */
export type YamlParser = (text: string, subject: string) => Json;

/** Longest flavor, QoS or policy that is read, in UTF-16 units. */
export const maxTextLength = 1024 * 1024;

/** Tells by a text's beginning in what it is written. Lines are what is left when nothing else fits. */
export function textForm(text: string): TextForm {
  const start = text.replace(/^\ufeff/, '').trimStart();
  if (start.startsWith('<')) return 'xml';
  if (/^\{\s*u?'/.test(start)) return 'python';
  if (/^[[{]/.test(start) || /^"(?:[^"\\\n]|\\.)*"\s*$/.test(start)) return 'json';
  return isYaml(start) ? 'yaml' : 'lines';
}

/**
 * Takes a text apart in whatever form it is: JSON, YAML, a dict as Python prints it, `key=value` lines (all values text).
 *
 * @param subject what the text is, for messages.
 * @throws QuotaError `invalid-input` with the line where it is none of these, is too long, or is XML.
 */
export function parseText(text: string, subject: string, yaml?: YamlParser): Json {
  if (text.length > maxTextLength)
    throw problem(subject, `is too large: more than ${maxTextLength} characters`);
  switch (textForm(text)) {
    case 'json':
      return parseJson(text, subject);
    case 'python':
      return parsePythonDict(text, subject);
    case 'yaml':
      if (yaml === undefined) throw problem(subject, 'is YAML, for which no parser was given');
      return yaml(text, subject);
    case 'xml':
      throw problem(subject, 'is XML, which is not expected here');
    case 'lines':
      return new Map(parsePropertyLines(text, subject));
  }
}

/** By its first line that says something: a marker of YAML, or a key with `: ` before any `=`. */
function isYaml(start: string): boolean {
  const line = start.split(/\r\n|\n|\r/).find(one => !/^\s*(?:#|$)/.test(one));
  return line !== undefined && /^(?:---|%YAML|- |[^=]*?:(?:\s|$))/.test(line.trim());
}

function problem(subject: string, what: string): QuotaError {
  return new QuotaError('invalid-input', subject, `${subject} ${what}`);
}

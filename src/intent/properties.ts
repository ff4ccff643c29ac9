import type { Diagnostic } from '../diagnostics.ts';
import { QuotaError } from '../errors.ts';
import { givenTwice, type Json, parseJson } from './json-text.ts';
import { parsePythonDict } from './python-dict.ts';

const pair = /\s*([^=,\s][^=,]*)=(?:'((?:[^']|'(?!\s*(?:,|$)))*)')?\s*(?:,|$)/y;
const nothing = /\s*,/y;

/**
 * Properties that are a text: as the client's table puts them (`quota:cpu_shares='512', hw:x='y'`), as Python prints a
 * dict (`openstack … -f shell`), or as JSON (`nova flavor-show`).
 *
 * @throws QuotaError `invalid-input` when they are none of these.
 */
export function propertiesOf(
  text: string,
  subject: string,
  found: Diagnostic[] = [],
): ReadonlyMap<string, Json> {
  if (/^\s*\{\s*"/.test(text)) {
    const json = parseJson(text, subject, { found });
    if (json instanceof Map) return json;
  }
  if (/^\s*\{/.test(text)) return parsePythonDict(text, subject, found);
  const pairs = parsePairs(text, subject);
  const empty = pairs.find(([, value]) => value === undefined);
  if (empty !== undefined) throw notPairs(text.indexOf(`${empty[0]}=`), subject);
  return pairMap(pairs as readonly (readonly [string, string])[], found);
}

/**
 * The pairs of `key='value', key=, …`, which is how the client's table prints an object; a key without a value has none. An
 * object without members leaves nothing between two commas, and here a pair with neither.
 *
 * @throws QuotaError `invalid-input` when it is something else.
 */
export function parsePairs(
  text: string,
  subject: string,
): readonly (readonly [string, string | undefined])[] {
  const pairs: (readonly [string, string | undefined])[] = [];
  const end = text.trimEnd().length;
  let at = 0;
  while (at < end) {
    pair.lastIndex = at;
    nothing.lastIndex = at;
    const match = pair.exec(text) ?? nothing.exec(text);
    if (match === null) throw notPairs(at, subject);
    pairs.push([(match[1] ?? '').trim(), match[2]]);
    at += match[0].length;
  }
  return pairs;
}

function notPairs(at: number, subject: string): QuotaError {
  const problem = `${subject}: 'properties' is not key='value', … from character ${at + 1} on`;
  return new QuotaError('invalid-input', subject, problem);
}

/**
 * Lines of `key=value`. Empty lines and those that begin with `#` are passed over; white space around key and value
 * goes, quotes around the value go; a leading `--property` is allowed. Of a key given twice the last one counts.
 *
 * @throws QuotaError `invalid-input` with the line's number when a line is something else.
 */
export function parsePropertyLines(
  text: string,
  subject: string,
  found: Diagnostic[] = [],
): ReadonlyMap<string, Json> {
  const pairs = text.split(/\r\n|\n|\r/).flatMap((line, index) => {
    const content = line.replace(/^\ufeff/, '').trim();
    if (content === '' || content.startsWith('#')) return [];
    const property = content.replace(/^--property[ =]/, '');
    const equals = property.indexOf('=');
    if (equals > 0)
      return [[property.slice(0, equals).trim(), unquote(property.slice(equals + 1).trim())] as const];
    const problem = `${subject} is neither JSON nor YAML nor key=value lines at line ${index + 1}`;
    throw new QuotaError('invalid-input', subject, problem);
  });
  return pairMap(pairs, found);
}

/** Of a key given twice the last value counts, in the place of the first, and the other is told. */
export function pairMap(
  pairs: readonly (readonly [string, string])[],
  found: Diagnostic[],
): ReadonlyMap<string, Json> {
  const map = new Map<string, Json>();
  for (const [key, value] of pairs) {
    if (map.has(key)) found.push(givenTwice(key, map.get(key)));
    map.set(key, value);
  }
  return map;
}

/** As a shell would, but for the escapes that `-f shell` writes. */
function unquote(value: string): string {
  const match = /^(["'])(.*)\1$/s.exec(value);
  return match?.[1] === '"' ? (match[2] ?? '').replaceAll('\\"', '"') : (match?.[2] ?? value);
}

import { QuotaError } from '../errors.ts';
import type { Json } from './json-text.ts';
import { parsePythonDict } from './python-dict.ts';

const pikeProperty = /([^=]+)='((?:[^']|'(?!\s*(?:,|$)))*)'\s*(?:,|$)/y;

/**
 * Properties that are a text: as Pike's client put them, or as Python prints a dict (`openstack … -f shell`).
 *
 * @throws QuotaError `invalid-input` when they are neither.
 */
export function propertiesOf(text: string, subject: string): ReadonlyMap<string, Json> {
  return /^\s*\{/.test(text) ? parsePythonDict(text, subject) : new Map(parseProperties(text, subject));
}

/**
 * The text into which `openstack flavor show` put properties up to Pike: `quota:cpu_shares='512', hw:x='y'`.
 *
 * @throws QuotaError `invalid-input` when it is something else.
 */
function parseProperties(text: string, subject: string): readonly (readonly [string, string])[] {
  const pairs: (readonly [string, string])[] = [];
  const end = text.trimEnd().length;
  let at = 0;
  while (at < end) {
    pikeProperty.lastIndex = at;
    const match = pikeProperty.exec(text);
    if (match === null) {
      const problem = `${subject}: 'properties' is not key='value', … from character ${at + 1} on`;
      throw new QuotaError('invalid-input', subject, problem);
    }
    pairs.push([(match[1] ?? '').trim(), match[2] ?? '']);
    at = pikeProperty.lastIndex;
  }
  return pairs;
}

/**
 * Lines of `key=value`. Empty lines and those that begin with `#` are passed over; white space around key and value
 * goes, quotes around the value go; a leading `--property` is allowed.
 *
 * @throws QuotaError `invalid-input` with the line's number when a line is something else.
 */
export function parsePropertyLines(text: string, subject: string): readonly (readonly [string, string])[] {
  return text.split(/\r\n|\n|\r/).flatMap((line, index) => {
    const content = line.replace(/^\ufeff/, '').trim();
    if (content === '' || content.startsWith('#')) return [];
    const property = content.replace(/^--property[ =]/, '');
    const equals = property.indexOf('=');
    if (equals > 0)
      return [[property.slice(0, equals).trim(), unquote(property.slice(equals + 1).trim())] as const];
    const problem = `${subject} is neither JSON nor YAML nor key=value lines at line ${index + 1}`;
    throw new QuotaError('invalid-input', subject, problem);
  });
}

/** As a shell would, but for the escapes that `-f shell` writes. */
function unquote(value: string): string {
  const match = /^(["'])(.*)\1$/.exec(value);
  return match?.[1] === '"' ? (match[2] ?? '').replaceAll('\\"', '"') : (match?.[2] ?? value);
}

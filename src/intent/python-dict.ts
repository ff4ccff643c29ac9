import type { Diagnostic } from '../diagnostics.ts';
import { QuotaError } from '../errors.ts';
import { givenTwice, type Json } from './json-text.ts';

const entry =
  /\s*u?('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")\s*:\s*(?:u?('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")|(-?[0-9][0-9.e+-]*)|(None|True|False))\s*(,|\}\s*$)/y;

/**
 * A dict of scalars as Python prints it, which is what `openstack … -f value` and `-f shell` make of properties:
 * `{'quota:cpu_shares': '512', 'hw:x': 5}`. Of a key given twice the last one counts.
 *
 * @throws QuotaError `invalid-input` when it is something else.
 */
export function parsePythonDict(
  text: string,
  subject: string,
  found: Diagnostic[] = [],
): ReadonlyMap<string, Json> {
  const dict = new Map<string, Json>();
  let at = /^\ufeff?\s*\{/.exec(text)?.[0].length ?? 0;
  if (/^\s*\}\s*$/.test(text.slice(at))) return dict;
  for (;;) {
    entry.lastIndex = at;
    const match = entry.exec(text);
    if (match === null) {
      const what = `${subject} is not a dict of text and numbers from character ${at + 1} on`;
      throw new QuotaError('invalid-input', subject, what);
    }
    const [, written = '', quoted, number, word, mark] = match;
    const key = unquote(written);
    if (dict.has(key)) found.push(givenTwice(key, dict.get(key)));
    dict.delete(key);
    dict.set(key, quoted === undefined ? plain(number, word) : unquote(quoted));
    if (mark !== ',') return dict;
    at = entry.lastIndex;
  }
}

const dictInList = /\s*(\{(?:[^{}'"]|'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")*\})\s*(,|\]\s*$)/y;

/**
 * A list of such dicts, which is what `openstack … -f shell` and `-f value` make of a policy's rules.
 *
 * @throws QuotaError `invalid-input` when it is something else.
 */
export function parsePythonDicts(
  text: string,
  subject: string,
  found: Diagnostic[] = [],
): readonly ReadonlyMap<string, Json>[] {
  const dicts: ReadonlyMap<string, Json>[] = [];
  let at = /^\ufeff?\s*\[/.exec(text)?.[0].length ?? 0;
  if (/^\s*\[\s*\]\s*$/.test(text)) return dicts;
  for (;;) {
    dictInList.lastIndex = at;
    const match = at === 0 ? null : dictInList.exec(text);
    if (match === null) {
      const what = `${subject} is not a list of dicts from character ${at + 1} on`;
      throw new QuotaError('invalid-input', subject, what);
    }
    const [, dict = '', mark] = match;
    dicts.push(parsePythonDict(dict, subject, found));
    if (mark !== ',') return dicts;
    at = dictInList.lastIndex;
  }
}

function plain(number: string | undefined, word: string | undefined): Json {
  if (number !== undefined) return { number };
  return word === 'None' ? null : word === 'True';
}

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };

function unquote(quoted: string): string {
  return quoted
    .slice(1, -1)
    .replace(/\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|(.))/gs, (_, byte, unit, other) =>
      other === undefined
        ? String.fromCharCode(Number.parseInt(byte ?? unit, 16))
        : (escapes[other] ?? other),
    );
}

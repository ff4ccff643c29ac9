import type { Pseudonyms } from './pseudonyms.ts';
import { isTcWord } from './tc-words.ts';
import { redactAddress, redactToken } from './tokens.ts';

/** Words after which a device's name stands, whatever it is. */
const beforeDevice = new Set(['dev', 'device', 'indev', 'to_dev']);
/** Words after which somebody's own bytes stand. */
const beforeBytes = new Set(['cookie', 'tag']);
/** Words after which a handle stands, which is written as an IPv6 address may be. */
const beforeHandle = new Set(['fh', 'handle', 'ht', 'link', 'parent', 'flowid', '*flowid', 'classid', 'bkt']);
/** `1:`, `ffff:fff1`, `:1`, and with its number behind it. */
const handle = /^[0-9a-f]{0,4}:[0-9a-f]{0,4}(?:\[[0-9a-f]{1,8}\])?$/;
const longHandle = /^[0-9a-f]{1,3}:[0-9a-f]{0,3}:[0-9a-f]{0,3}(?:\[[0-9a-f]{1,8}\])?$/;
const bracketed = /^\[[0-9a-f]{8}\]$/;
const matched = /^([0-9a-f]{8})\/([0-9a-f]{8})$/;

/**
 * An output of tc, word by word: those of tc and the kernel stay, and all numbers; names of devices, addresses, and
 * whatever else there is do not. White space is as it was, since lines are told apart by it.
 */
export function redactTcOutput(text: string, names: Pseudonyms): string {
  return text.startsWith('[') || text.startsWith('{')
    ? redactTcJson(text, names)
    : text
        .split('\n')
        .map(line => redactLine(line, names))
        .join('\n');
}

function redactLine(line: string, names: Pseudonyms): string {
  const tokens = line.split(/(\s+)/);
  const before = wordsBefore(tokens, 2);
  return tokens
    .map((token, at) => {
      if (token === '' || /^\s/.test(token)) return token;
      const match = matched.exec(token);
      if (match !== null)
        return redactMatch(
          token,
          tokens
            .slice(at + 1)
            .join('')
            .trim(),
          names,
        );
      return redactWord(token, before[at] ?? '', names);
    })
    .join('');
}

/** The word before each, empty where that is a name itself: a device may be called `dev`. */
function wordsBefore(tokens: readonly string[], distance: number): readonly string[] {
  const before: string[] = [];
  for (const at of tokens.keys()) {
    const isName = beforeDevice.has(before[at - distance] ?? '');
    before.push(isName ? '' : (tokens[at - distance] ?? ''));
  }
  return before;
}

function redactWord(token: string, before: string, names: Pseudonyms): string {
  if (beforeDevice.has(before)) {
    const [, name = '', close = ''] = /^(.*?)(\)?)$/.exec(token) ?? [];
    return names.device(name) + close;
  }
  if (before === 'val' && /^[0-9a-f]{8}$/.test(token)) return names.digits(token, 8);
  if (beforeBytes.has(before)) return names.digits(token, Math.min(token.length, 32));
  if (beforeHandle.has(before) && (handle.test(token) || longHandle.test(token))) return token;
  if (handle.test(token) || bracketed.test(token)) return token;
  return redactToken(token, names, word => (isTcWord(word) ? word : names.word(word)));
}

/** Of the bits that a filter of u32 looks at, which are an address as often as not, unless they say what packet it is. */
function redactMatch(token: string, rest: string, names: Pseudonyms): string {
  const [, value = '', mask = ''] = matched.exec(token) ?? [];
  if (/^at 0(?:\s|$)/.test(rest)) return token;
  const bits = Number.parseInt(names.digits(value, 8), 16) & Number.parseInt(mask, 16);
  return `${(bits >>> 0).toString(16).padStart(8, '0')}/${mask}`;
}

/** Strings alone are changed: numbers may have more digits than a number here holds. */
function redactTcJson(text: string, names: Pseudonyms): string {
  let key = '';
  return text.replace(/"((?:[^"\\]|\\.)*)"(\s*:)?/g, (_all, inside: string, colon: string | undefined) => {
    const value = stringOf(inside);
    if (colon === undefined) return JSON.stringify(redactValue(value, key, names));
    key = value;
    return `${JSON.stringify(isTcWord(key) ? key : names.word(key))}${colon}`;
  });
}

function stringOf(inside: string): string {
  try {
    return String(JSON.parse(`"${inside}"`));
  } catch {
    return inside;
  }
}

function redactValue(value: string, key: string, names: Pseudonyms): string {
  return value
    .split(/(\s+)/)
    .map(token => (token === '' || /^\s/.test(token) ? token : redactWord(token, key, names)))
    .join('');
}

/** A command line of tc. */
export function redactTcWords(words: readonly string[], names: Pseudonyms): readonly string[] {
  const before = wordsBefore(words, 1);
  return words.map((word, at) => {
    if (beforeDevice.has(before[at] ?? '')) return names.device(word);
    if (at === 0 || handle.test(word) || isTcWord(word) || /^-[a-zA-Z]{1,3}$/.test(word)) return word;
    return redactAddress(word, names) ?? (/^\d{1,10}$/.test(word) ? word : names.word(word));
  });
}

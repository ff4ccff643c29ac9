/** What Python's `int()` counts as white space at both ends of text. */
const pythonSpace =
  '[\\t\\n\\v\\f\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]*';
const pythonInt = new RegExp(`^${pythonSpace}([+-]?)(\\p{Nd}+(?:_\\p{Nd}+)*)${pythonSpace}$`, 'u');
/** Python refuses to read longer ones. @see Python sys.int_info.default_max_str_digits */
const longestPythonInt = 4300;
const decimalDigit = /\p{Nd}/u;
/** XML holds no other white space, so Nova fails on what libvirt would pass over. */
const libvirtInt = /^[\t\n\r ]*([+-]?)([0-9]+)$/;
/** So many digits a number holds exactly. */
const shortDigits = 15;
const maxUnsigned = 2n ** 64n - 1n;

/**
 * What nearly every limit is, found out fast: 1 to 15 digits `0`–`9` and nothing else. Python and libvirt read it alike.
 *
 * @returns undefined: anything else, which may well be an integer.
 */
export function shortInteger(text: string): number | undefined {
  const { length } = text;
  if (length === 0 || length > shortDigits) return undefined;
  let value = 0;
  for (let at = 0; at < length; at += 1) {
    const digit = text.charCodeAt(at) - 48;
    if (digit < 0 || digit > 9) return undefined;
    value = value * 10 + digit;
  }
  return value;
}

/**
 * An integer as Python's `int(text)` reads it: white space around it, a sign, single `_` between digits, and the
 * decimal digits of every script. undefined where Python raises ValueError.
 */
export function parsePythonInt(text: string): bigint | undefined {
  const short = shortInteger(text);
  if (short !== undefined) return BigInt(short);
  const match = pythonInt.exec(text);
  if (match === null) return undefined;
  const digits = asciiDigits((match[2] ?? '').replaceAll('_', ''));
  if (digits.length > longestPythonInt) return undefined;
  return match[1] === '-' ? -BigInt(digits) : BigInt(digits);
}

/**
 * An unsigned 64 bit integer as libvirt reads it in XML: white space before it and a `+` are allowed, nothing after
 * it, no `-` (not even `-0`). undefined where libvirt refuses.
 *
 * @see libvirt src/util/virstring.c:virStrToLong_ullp
 */
export function parseLibvirtUnsigned(text: string): bigint | undefined {
  const short = shortInteger(text);
  if (short !== undefined) return BigInt(short);
  const match = libvirtInt.exec(text);
  if (match === null || match[1] === '-') return undefined;
  const value = sized(match[2] ?? '');
  return value !== undefined && value <= maxUnsigned ? value : undefined;
}

/** A signed 64 bit integer as libvirt reads it in XML. @see libvirt src/util/virstring.c:virStrToLong_ll */
export function parseLibvirtSigned(text: string): bigint | undefined {
  const match = libvirtInt.exec(text);
  const size = sized(match?.[2] ?? '');
  if (size === undefined) return undefined;
  const value = match?.[1] === '-' ? -size : size;
  return BigInt.asIntN(64, value) === value ? value : undefined;
}

/** 64 bits have at most 20 digits; reading a million of them would take long. */
function sized(digits: string): bigint | undefined {
  const significant = digits.replace(/^0+(?=[0-9])/, '');
  return significant === '' || significant.length > 20 ? undefined : BigInt(significant);
}

/** Digits of any script as 0–9. */
function asciiDigits(digits: string): string {
  return /^[0-9]+$/.test(digits) ? digits : Array.from(digits, digitValue).join('');
}

/** Unicode keeps decimal digits in unbroken runs that begin with a zero. */
function digitValue(digit: string): number {
  const point = digit.codePointAt(0) ?? 0;
  let start = point;
  while (start > 0 && decimalDigit.test(String.fromCodePoint(start - 1))) start -= 1;
  return (point - start) % 10;
}

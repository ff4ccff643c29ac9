import type { Pseudonyms } from './pseudonyms.ts';

const mac = /^[0-9a-f]{2}(?::[0-9a-f]{2}){5}$/i;
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const ipv4 = /^\d{1,3}(?:\.\d{1,3}){3}(?:\/[\d.]{1,15})?$/;
const ipv6 = /^(?=[^/]*:[^/]*:)[0-9a-f:]{2,39}(?:(?<=:)\d{1,3}(?:\.\d{1,3}){3})?(?:\/[0-9a-f:]{1,39})?$/i;
/** `5`, `-1`, `0.5`, `2Mbit`, `1600b/1`, `50%`, `10sec`, `1-3,5`, `8:0`. */
const decimal =
  /^[+-]?\d{1,20}(?:\.\d{1,20})?(?:[KMGTkmgt]?i?(?:bit|bps|pkt|pkts|pps|b|B|p|f)?|[KMGT]iB|us|ms|ns|s|sec|usec|msec|min|h|%)(?:\/\d{1,10}(?:mpu)?)?$/;
/** `6.1.0`, `----`. */
const plain = /^(?:\d{1,5}(?:\.\d{1,5}){1,4}|[-–.…*=|/]+)$/;
const ranges = /^\d{1,10}(?:-\d{1,10})?(?:,\d{1,10}(?:-\d{1,10})?)*$/;
const hexadecimal = /^0(?:x[0-9a-f]{1,16})?(?:\/(?:0x)?[0-9a-f]{1,16})?$/i;
const deviceNumber = /^\d{1,10}:\d{1,10}$/;

/** Addresses and UUIDs, whatever stands around them; undefined: it is none. */
export function redactAddress(token: string, names: Pseudonyms): string | undefined {
  if (mac.test(token)) return names.mac(token);
  if (uuid.test(token)) return names.uuid(token);
  if (ipv4.test(token) || ipv6.test(token)) return names.address(token);
  return undefined;
}

/** Whether it is a number and nothing else, with its unit or without. */
export function isNumber(token: string): boolean {
  return [decimal, ranges, hexadecimal, deviceNumber, plain].some(pattern => pattern.test(token));
}

/** What a word becomes that is neither an address nor a number. */
export type WordRule = (word: string) => string;

/** A token: an address, a number, or a word, with the brackets and marks around it. */
export function redactToken(token: string, names: Pseudonyms, word: WordRule): string {
  // What seems to be a mark may be a part of it: `ffff:`, `::`.
  const whole = redactAddress(token, names);
  if (whole !== undefined) return whole;
  const [open, core, close] = parted(token);
  if (core === '') return token;
  const inside = redactAddress(core, names) ?? (isNumber(core) ? core : word(core));
  return open + inside + close;
}

/** Brackets and quotes before, marks behind. In one pass: a token may be as long as a file. */
function parted(token: string): readonly [open: string, core: string, close: string] {
  let [from, to] = [0, token.length];
  while (from < to && '([{"\'<'.includes(token.charAt(from))) from += 1;
  while (to > from && ')]}"\'>,;.:!'.includes(token.charAt(to - 1))) to -= 1;
  return [token.slice(0, from), token.slice(from, to), token.slice(to)];
}

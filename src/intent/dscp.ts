/** Differentiated services code points by name: RFC 2474 (CS), 2597 (AF), 3246 (EF), 5865 (VOICE-ADMIT), 8622 (LE). */
const named: ReadonlyMap<string, number> = new Map([
  ...Array.from({ length: 8 }, (_, precedence): [string, number] => [`CS${precedence}`, precedence * 8]),
  ...[1, 2, 3, 4].flatMap(queue =>
    [1, 2, 3].map((drop): [string, number] => [`AF${queue}${drop}`, queue * 8 + drop * 2]),
  ),
  ['EF', 46],
  ['LE', 1],
  ['VA', 44],
]);

const spellings: ReadonlyMap<string, string> = new Map([
  ['BE', 'CS0'],
  ['DF', 'CS0'],
  ['VOICE-ADMIT', 'VA'],
]);

/** Largest code point: six bits. */
export const maxDscp = 63;

/** Every name with its code point, by code point. */
export const dscpNames: readonly (readonly [name: string, dscp: number])[] = [...named].sort(
  (one, other) => one[1] - other[1],
);

/**
 * A code point 0–63 from its name (in any case; also `BE`, `DF` for CS0 and `VOICE-ADMIT` for VA) or its number, decimal
 * or hexadecimal. undefined when it is neither; a number out of range is returned as it is.
 */
export function parseDscp(text: string): number | undefined {
  const name = text.trim().toUpperCase();
  const known = named.get(spellings.get(name) ?? name);
  if (known !== undefined) return known;
  return /^(?:[0-9]{1,9}|0X[0-9A-F]{1,8})$/.test(name) ? Number(name) : undefined;
}

/** `EF`, `AF31`; a code point without a name is its number. */
export function dscpName(dscp: number): string {
  return dscpNames.find(([, value]) => value === dscp)?.[0] ?? String(dscp);
}

/** Code point → the byte that carries it (IPv4 ToS, IPv6 traffic class), its two ECN bits zero. */
export function dscpToTos(dscp: number): number {
  return dscp << 2;
}

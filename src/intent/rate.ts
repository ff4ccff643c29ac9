const units = { kbit: 1e3, mbit: 1e6, gbit: 1e9 } as const;

/** Largest rate that is read, in bit/s: 1 Tbit/s. */
export const maxRateBits = 1e12;

/**
 * `10gbit`, `1.5 mbit`, or `25%` of a link → bit/s of 1000s, rounded down to whole ones. A unit must be there, so that
 * nobody takes bytes for bits. undefined for anything else, 0 and what is above {@link maxRateBits} among it.
 *
 * @param linkBits what a percentage is of, in bit/s; absent: percentages are not read.
 */
export function parseRateBits(text: string, linkBits?: number): number | undefined {
  const match = /^([0-9]{1,9})(?:\.([0-9]{1,3}))?\s*(kbit|mbit|gbit|%)$/i.exec(text.trim());
  if (match === null) return undefined;
  const thousandths = Number(match[1]) * 1000 + Number((match[2] ?? '').padEnd(3, '0'));
  const unit = match[3]?.toLowerCase();
  if (unit === '%' && linkBits === undefined) return undefined;
  const factor = unit === '%' ? (linkBits ?? 0) / 100 : units[unit as keyof typeof units];
  const bits = Math.floor((thousandths * factor) / 1000);
  return bits > 0 && bits <= maxRateBits ? bits : undefined;
}

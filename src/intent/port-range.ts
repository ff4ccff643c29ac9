/** Ports of TCP, UDP or SCTP, both ends included. */
export interface PortRange {
  readonly from: number;
  readonly to: number;
}

/** `5060` or `16384-32767`, 1–65535; undefined for anything else. */
export function parsePortRange(text: string): PortRange | undefined {
  const match = /^([1-9][0-9]{0,4})(?:\s*-\s*([1-9][0-9]{0,4}))?$/.exec(text.trim());
  if (match === null) return undefined;
  const from = Number(match[1]);
  const to = Number(match[2] ?? match[1]);
  return from <= to && to <= 65535 ? { from, to } : undefined;
}

/** A value with the bits of it that count. */
export interface PortMask {
  readonly value: number;
  readonly mask: number;
}

/** A range as the fewest masked values that cover exactly it, for what can match bits only. */
export function portMasks({ from, to }: PortRange): readonly PortMask[] {
  const masks: PortMask[] = [];
  for (let at = from; at <= to; ) {
    let size = at === 0 ? 65536 : at & -at;
    while (at + size - 1 > to) size /= 2;
    masks.push({ value: at, mask: 65536 - size });
    at += size;
  }
  return masks;
}

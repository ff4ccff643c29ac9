/** Version of IP. */
export type IpFamily = 'ipv4' | 'ipv6';

/** An address with the number of its bits that count. */
export interface Prefix {
  readonly family: IpFamily;
  /** `198.51.100.0`, `2001:db8::`, as written but in lower case. */
  readonly address: string;
  /** 0–32 or 0–128. */
  readonly length: number;
}

/** `198.51.100.0/24`; an address alone stands for itself. A text that is none gives the reason. */
export function parsePrefix(text: string): Prefix | 'syntax' | 'host-bits' {
  const match = /^([0-9a-f.:]{2,45})(?:\/(0|[1-9][0-9]{0,2}))?$/.exec(text.trim().toLowerCase());
  const address = match?.[1] ?? '';
  const family = address.includes(':') ? 'ipv6' : 'ipv4';
  const bits = family === 'ipv6' ? 128 : 32;
  const number = family === 'ipv6' ? ipv6Number(address) : ipv4Number(address);
  const length = Number(match?.[2] ?? bits);
  if (number === undefined || length > bits) return 'syntax';
  return BigInt.asUintN(bits - length, number) === 0n ? { family, address, length } : 'host-bits';
}

/** `198.51.100.0/24`; without the length where all bits count. */
export function prefixText({ family, address, length }: Prefix): string {
  return length === (family === 'ipv6' ? 128 : 32) ? address : `${address}/${length}`;
}

/** `198.51.100.7/32`: with the length always. */
export function cidrText({ address, length }: Prefix): string {
  return `${address}/${length}`;
}

function ipv4Number(text: string): bigint | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every(part => /^(?:0|[1-9][0-9]{0,2})$/.test(part))) return undefined;
  if (parts.some(part => Number(part) > 255)) return undefined;
  return parts.reduce((sum, part) => sum * 256n + BigInt(part), 0n);
}

/** Eight groups, or fewer around one `::`. */
function ipv6Number(text: string): bigint | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [head = [], tail = []] = halves.map(half => (half === '' ? [] : half.split(':')));
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  const groups = [...head, ...Array<string>(missing).fill('0'), ...tail];
  if (!groups.every(group => /^[0-9a-f]{1,4}$/.test(group))) return undefined;
  return groups.reduce((sum, group) => sum * 65536n + BigInt(`0x${group}`), 0n);
}

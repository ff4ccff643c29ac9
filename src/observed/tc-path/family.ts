/** Kinds of packets that filters tell apart by protocol. */
export type Family = 'ip' | 'ipv6' | 'arp' | '802.1Q' | '802.1ad' | 'other';

const named: readonly Family[] = ['ip', 'ipv6', 'arp', '802.1Q', '802.1ad'];
const every: ReadonlySet<Family> = new Set([...named, 'other']);

/** The kinds that a filter's protocol covers, or is one of. */
export function familiesOf(protocol: string): ReadonlySet<Family> {
  if (protocol === 'all') return every;
  return new Set([named.find(one => one === protocol) ?? 'other']);
}

/** Whether a protocol is all of its kind: one that has no kind of its own is a part of the others. */
export function isWhole(protocol: string): boolean {
  return protocol === 'all' || named.some(one => one === protocol);
}

/** `every packet`, `packets of ip, arp`. */
export function packetsOf(families: ReadonlySet<Family>): string {
  return families.size === every.size ? 'packets' : `packets of ${[...families].join(', ')}`;
}

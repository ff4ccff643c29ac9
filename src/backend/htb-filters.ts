import { dscpToTos } from '../intent/dscp.ts';
import type { HtbLeaf, HtbTree } from './htb-tree.ts';

/** A flower filter that sends packets to a class. */
export interface HtbFilter {
  readonly protocol: 'ip' | 'ipv6';
  readonly pref: number;
  /** By tc's own words, in the order in which tc takes them: `ip_tos` → `0xb8/0xfc`. */
  readonly keys: Readonly<Record<string, string>>;
  readonly classid: string;
}

/** Code points go before ports. Filters of one preference must be of one protocol. */
const families = [
  { protocol: 'ip', byDscp: 10, byPort: 20 },
  { protocol: 'ipv6', byDscp: 11, byPort: 21 },
] as const;

/** The filters of a tree: by code point, then by destination port, in IPv4 and IPv6. */
export function htbFilters({ leaves }: HtbTree): readonly HtbFilter[] {
  return leaves.flatMap(leafFilters);
}

/** The filters that lead to one class. */
export function leafFilters({ classid, of }: HtbLeaf): readonly HtbFilter[] {
  const ports = of.ports.map(({ from, to }) => (from === to ? String(from) : `${from}-${to}`));
  return families.flatMap(({ protocol, byDscp, byPort }): readonly HtbFilter[] => [
    ...of.dscp.map(dscp => ({ protocol, pref: byDscp, keys: { ip_tos: tosKey(dscpToTos(dscp)) }, classid })),
    ...of.protocols.flatMap(name =>
      ports.map(port => ({ protocol, pref: byPort, keys: { ip_proto: name, dst_port: port }, classid })),
    ),
  ]);
}

/** Whether a protocol and preference are those of our filters. */
export function isFilterPlace(protocol: string, pref: number): boolean {
  return families.some(one => one.protocol === protocol && (one.byDscp === pref || one.byPort === pref));
}

/** A byte with the bits that count, ECN's not among them. */
function tosKey(tos: number): string {
  return `0x${tos.toString(16)}/0xfc`;
}

/** `ip_tos 0xb8/0xfc`: keys in tc's words. */
export function matchWords(keys: HtbFilter['keys']): readonly string[] {
  return Object.entries(keys).flat();
}

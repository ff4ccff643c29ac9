import type { MarkedProtocol, Marking } from '../../intent/marking.ts';
import type { IpFamily, Prefix } from '../../intent/prefix.ts';

/** Packets of one family, with at most one address and one protocol: what a single rule can match. */
export interface Selector {
  readonly family: IpFamily;
  /** Absent: any. */
  readonly prefix?: Prefix;
  /** Absent: any. */
  readonly protocol?: MarkedProtocol;
}

/** A policy taken apart into what single rules can match; ports are left to the rules. */
export function selectorsOf({ families, destinations, protocols }: Marking): readonly Selector[] {
  return families.flatMap(family => {
    const prefixes = destinations.filter(prefix => prefix.family === family);
    const addressed = prefixes.length === 0 ? [{ family }] : prefixes.map(prefix => ({ family, prefix }));
    if (protocols.length === 0) return addressed;
    return addressed.flatMap(one => protocols.map(protocol => ({ ...one, protocol })));
  });
}

/** IP's numbers of the protocols. */
export const protocolNumbers: Readonly<Record<MarkedProtocol, number>> = { tcp: 6, udp: 17, sctp: 132 };

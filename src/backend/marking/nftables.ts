import type { Marking } from '../../intent/marking.ts';
import { type IpFamily, prefixText } from '../../intent/prefix.ts';
import { type TargetText, targetText } from './target.ts';

/**
 * A table of its own for `nft -f`, replaced as a whole. nftables changes the six bits of the code point and no other.
 * @see https://wiki.nftables.org/wiki-nftables/index.php/Mangling_packet_headers
 */
export function nftables(marking: Marking): TargetText {
  const table = `inet virt_quota_${marking.name.replaceAll('-', '_')}`;
  const hook = marking.direction === 'egress' ? 'postrouting' : 'prerouting';
  return targetText([
    `table ${table}`,
    `delete table ${table}`,
    `table ${table} {`,
    '\tchain virt_quota {',
    `\t\ttype filter hook ${hook} priority mangle; policy accept;`,
    ...marking.families.map(family => `\t\t${rule(marking, family)}`),
    '\t}',
    '}',
  ]);
}

function rule(marking: Marking, family: IpFamily): string {
  const { direction, destinations, protocols, ports, dscp } = marking;
  const name = family === 'ipv6' ? 'ip6' : 'ip';
  const prefixes = destinations.filter(prefix => prefix.family === family).map(prefixText);
  const [address, port] = direction === 'egress' ? ['daddr', 'dport'] : ['saddr', 'sport'];
  const ranges = ports.map(({ from, to }) => (from === to ? String(from) : `${from}-${to}`));
  return [
    prefixes.length > 0 ? `${name} ${address} { ${prefixes.join(', ')} }` : `meta nfproto ${family}`,
    ...(protocols.length > 0 ? [`meta l4proto { ${protocols.join(', ')} }`] : []),
    ...(ranges.length > 0 ? [`th ${port} { ${ranges.join(', ')} }`] : []),
    `${name} dscp set 0x${dscp.toString(16).padStart(2, '0')}`,
  ].join(' ');
}

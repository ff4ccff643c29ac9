import { dscpToTos } from '../../intent/dscp.ts';
import type { Marking } from '../../intent/marking.ts';
import { type PortRange, portMasks } from '../../intent/port-range.ts';
import { cidrText, type IpFamily } from '../../intent/prefix.ts';
import { protocolNumbers, type Selector, selectorsOf } from './selector.ts';
import { type TargetPlace, type TargetText, targetText } from './target.ts';

/** Lines for `tc -batch` with the flower classifier. */
export function tcFlower(marking: Marking, place: TargetPlace): TargetText {
  const ranges: readonly (PortRange | undefined)[] = marking.ports.length === 0 ? [undefined] : marking.ports;
  return batch(marking, place, selector => ranges.map(range => flowerMatch(marking, selector, range)));
}

/** Lines for `tc -batch` with the u32 classifier: bits at places, so ports only where IP has no options. */
export function tcU32(marking: Marking, place: TargetPlace): TargetText {
  return batch(marking, place, selector => u32Matches(marking, selector));
}

function batch(
  marking: Marking,
  place: TargetPlace,
  matches: (selector: Selector) => readonly string[],
): TargetText {
  const filters = selectorsOf(marking).flatMap(selector => {
    const { family } = selector;
    const [protocol, pref] = family === 'ipv6' ? ['ipv6', 101] : ['ip', 100];
    const where = `filter add dev ${place.dev} ${marking.direction} pref ${pref} protocol ${protocol}`;
    return matches(selector).map(match => `${where} ${match} ${actions(marking, family, place)}`);
  });
  return targetText([`qdisc replace dev ${place.dev} clsact`, ...filters]);
}

/** `retain` are the bits that change: all but ECN's. IPv4 has a checksum to set right. */
function actions({ dscp }: Marking, family: IpFamily, { priorityClass }: TargetPlace): string {
  const field = family === 'ipv6' ? 'ip6 traffic_class' : 'ip dsfield';
  return [
    `action pedit ex munge ${field} set ${hex(dscpToTos(dscp))} retain 0xfc`,
    ...(family === 'ipv4' ? ['pipe action csum ip4h'] : []),
    ...(priorityClass === undefined ? [] : [`pipe action skbedit priority ${priorityClass}`]),
  ].join(' ');
}

function flowerMatch({ direction }: Marking, selector: Selector, range: PortRange | undefined): string {
  const side = direction === 'egress' ? 'dst' : 'src';
  const { prefix, protocol } = selector;
  const ports = range && (range.from === range.to ? String(range.from) : `${range.from}-${range.to}`);
  return [
    'flower',
    ...(protocol === undefined ? [] : [`ip_proto ${protocol}`]),
    ...(prefix === undefined ? [] : [`${side}_ip ${cidrText(prefix)}`]),
    ...(ports === undefined ? [] : [`${side}_port ${ports}`]),
  ].join(' ');
}

function u32Matches({ direction, ports }: Marking, selector: Selector): readonly string[] {
  const { family, prefix, protocol } = selector;
  const ip = family === 'ipv6' ? 'ip6' : 'ip';
  const [address, port] = direction === 'egress' ? ['dst', 'dport'] : ['src', 'sport'];
  const base = [
    ...(prefix === undefined ? [] : [`match ${ip} ${address} ${cidrText(prefix)}`]),
    ...(protocol === undefined ? [] : [`match ${ip} protocol ${protocolNumbers[protocol]} 0xff`]),
  ];
  const masks = ports.flatMap(portMasks);
  if (masks.length > 0) {
    return masks.map(({ value, mask }) =>
      ['u32', ...base, `match ${ip} ${port} ${value} ${hex(mask)}`].join(' '),
    );
  }
  return [['u32', ...(base.length > 0 ? base : ['match u32 0 0'])].join(' ')];
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}

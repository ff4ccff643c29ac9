import type { Marking } from '../../intent/marking.ts';
import type { PortRange } from '../../intent/port-range.ts';
import { type IpFamily, prefixText } from '../../intent/prefix.ts';
import { type Selector, selectorsOf } from './selector.ts';
import { type TargetText, targetText } from './target.ts';

/** Rules of IPv4 for `iptables-restore --noflush`. The DSCP target leaves the ECN bits alone. */
export function iptables(marking: Marking): TargetText {
  return rules(marking, 'ipv4');
}

/** Rules of IPv6 for `ip6tables-restore --noflush`. */
export function ip6tables(marking: Marking): TargetText {
  return rules(marking, 'ipv6');
}

function rules(marking: Marking, family: IpFamily): TargetText {
  const selectors = selectorsOf(marking).filter(selector => selector.family === family);
  const lines = selectors.flatMap(selector =>
    portLists(marking.ports).map(ports => rule(marking, selector, ports)),
  );
  return targetText(lines.length === 0 ? [] : ['*mangle', ...lines, 'COMMIT']);
}

/** iptables takes 15 ports in one rule, a range counts as two. @see linux include/uapi/linux/netfilter/xt_multiport.h:XT_MULTI_PORTS */
const portsPerRule = 15;

function portLists(ports: readonly PortRange[]): readonly (readonly PortRange[])[] {
  const lists: PortRange[][] = [[]];
  let used = 0;
  for (const range of ports) {
    const size = range.from === range.to ? 1 : 2;
    if (used + size > portsPerRule) {
      lists.push([]);
      used = 0;
    }
    lists.at(-1)?.push(range);
    used += size;
  }
  return lists;
}

function rule(
  { direction, dscp, name }: Marking,
  { prefix, protocol }: Selector,
  ports: readonly PortRange[],
): string {
  const [chain, address, port] =
    direction === 'egress' ? ['POSTROUTING', '-d', '--dports'] : ['PREROUTING', '-s', '--sports'];
  const list = ports.map(({ from, to }) => (from === to ? String(from) : `${from}:${to}`)).join(',');
  return [
    `-A ${chain}`,
    ...(prefix === undefined ? [] : [`${address} ${prefixText(prefix)}`]),
    ...(protocol === undefined ? [] : [`-p ${protocol}`]),
    ...(list === '' ? [] : [`-m multiport ${port} ${list}`]),
    `-m comment --comment virt-quota:${name}`,
    `-j DSCP --set-dscp 0x${dscp.toString(16).padStart(2, '0')}`,
  ].join(' ');
}

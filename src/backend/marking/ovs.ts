import { dscpToTos } from '../../intent/dscp.ts';
import type { Marking } from '../../intent/marking.ts';
import { portMasks } from '../../intent/port-range.ts';
import { prefixText } from '../../intent/prefix.ts';
import { flowCookie } from '../ovs-flows.ts';
import { type Selector, selectorsOf } from './selector.ts';
import { type TargetText, targetText } from './target.ts';

/** Flows of OpenFlow 1.3, in the words of ovs-ofctl; the ECN bits stay. They go on with what the switch does anyway. */
export function ovsFlows(marking: Marking): TargetText {
  return flows(marking, `set_field:${marking.dscp}->ip_dscp`);
}

/** Flows of OpenFlow 1.0, which takes the whole byte and changes its upper six bits only. */
export function ovsOldFlows(marking: Marking): TargetText {
  return flows(marking, `mod_nw_tos:${dscpToTos(marking.dscp)}`);
}

function flows(marking: Marking, action: string): TargetText {
  const lines = selectorsOf(marking).flatMap(selector =>
    portMatches(marking, selector).map(match =>
      [`cookie=${flowCookie}`, 'table=0', 'priority=65000', match, `actions=${action},NORMAL`].join(','),
    ),
  );
  return targetText(lines);
}

function portMatches({ ports, direction }: Marking, selector: Selector): readonly string[] {
  const base = addressMatch(selector, direction);
  if (ports.length === 0) return [base];
  const key = direction === 'egress' ? 'tp_dst' : 'tp_src';
  return ports
    .flatMap(portMasks)
    .map(({ value, mask }) => `${base},${key}=${mask === 65535 ? value : `${hex(value)}/${hex(mask)}`}`);
}

function addressMatch({ family, prefix, protocol }: Selector, direction: Marking['direction']): string {
  const six = family === 'ipv6';
  const name = protocol === undefined ? (six ? 'ipv6' : 'ip') : `${protocol}${six ? '6' : ''}`;
  if (prefix === undefined) return name;
  const side = direction === 'egress' ? 'dst' : 'src';
  return `${name},${six ? 'ipv6' : 'nw'}_${side}=${prefixText(prefix)}`;
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}

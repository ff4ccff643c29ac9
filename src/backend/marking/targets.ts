import type { Marking } from '../../intent/marking.ts';
import { egressQos } from './egress-qos.ts';
import { envoyFilter } from './envoy.ts';
import { ip6tables, iptables } from './iptables.ts';
import { nftables } from './nftables.ts';
import { ovsFlows, ovsOldFlows } from './ovs.ts';
import { setsockopt } from './setsockopt.ts';
import type { TargetPlace, TargetText } from './target.ts';
import { tcFlower, tcU32 } from './tc.ts';

/** Each target with how its text is put to use. */
const targets = {
  ovs: {
    render: ovsFlows,
    use: ({ bridge }: TargetPlace) => `ovs-ofctl -O OpenFlow13 add-flows ${bridge} -`,
  },
  'ovs-of10': { render: ovsOldFlows, use: ({ bridge }: TargetPlace) => `ovs-ofctl add-flows ${bridge} -` },
  nftables: { render: nftables, use: () => 'nft -f -' },
  iptables: { render: iptables, use: () => 'iptables-restore --noflush' },
  ip6tables: { render: ip6tables, use: () => 'ip6tables-restore --noflush' },
  tc: { render: tcFlower, use: () => 'tc -batch -' },
  'tc-u32': { render: tcU32, use: () => 'tc -batch -' },
  egressqos: { render: egressQos, use: () => 'kubectl apply -f -' },
  envoy: { render: envoyFilter, use: () => 'kubectl apply -f -' },
  setsockopt: { render: setsockopt, use: () => 'in a program' },
} as const;

/** Where a marking can be told. */
export type MarkingTarget = keyof typeof targets;

/** All of them. */
export const markingTargets = Object.keys(targets) as readonly MarkingTarget[];

/** A policy in the words of one target, with the command that takes them. */
export function renderMarking(
  target: MarkingTarget,
  marking: Marking,
  place: TargetPlace,
): TargetText & { readonly use: string } {
  const { render, use } = targets[target];
  return { ...render(marking, place), use: use(place) };
}

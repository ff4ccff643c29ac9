import type { HtbLeaf, HtbTree } from '../backend/htb-tree.ts';
import { dscpName } from '../intent/dscp.ts';
import type { HostProfile } from '../intent/host-profile.ts';
import type { ProfileClass } from '../intent/profile-class.ts';
import { rateText, shareText } from './rate-text.ts';
import { type Paint, renderTable } from './table.ts';

/** The tree of a profile as lines. */
export function renderHtbTree(tree: HtbTree, profile: HostProfile, paint: Paint): string {
  const { leaves, uplink, link, defaultClassid } = tree;
  const last = leaves.length - 1;
  const columns = [
    {
      head: `${uplink}  htb 1:  default ${defaultClassid}`,
      cell: (leaf: HtbLeaf) =>
        `   ${leaves.indexOf(leaf) === last ? '└─' : '├─'} ${leaf.classid}  ${leaf.of.name}`,
    },
    { head: 'PRIO', cell: ({ of }: HtbLeaf) => String(of.priority) },
    { head: 'GUARANTEE', cell: ({ of }: HtbLeaf) => rateOf(of.guaranteeBits, profile) },
    { head: 'CEILING', cell: ({ of }: HtbLeaf) => rateOf(of.ceilingBits, profile) },
    { head: 'QUEUE', cell: ({ of }: HtbLeaf) => of.leaf },
    { head: 'TAKES', cell: ({ of }: HtbLeaf) => matchText(of) },
  ];
  const [head = '', ...rows] = renderTable(leaves, columns, paint).split('\n');
  return [head, `└─ ${link.classid}  link ${rateText(profile.rateBits)}`, ...rows].join('\n');
}

function rateOf(bits: number, { rateBits }: HostProfile): string {
  return `${rateText(bits)} (${shareText(bits, rateBits)})`;
}

/** `EF, VA, udp 5060`; everything else for the default class. */
export function matchText(one: ProfileClass): string {
  const ports = one.ports.map(({ from, to }) => (from === to ? String(from) : `${from}-${to}`)).join(' ');
  const texts = [
    ...one.dscp.map(dscpName),
    ...(ports === '' ? [] : [`${one.protocols.join('/')} ${ports}`]),
    ...(one.isDefault ? ['everything else'] : []),
  ];
  return texts.join(', ');
}

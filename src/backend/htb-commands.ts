import { dscpToTos } from '../intent/dscp.ts';
import type { HtbLeaf, HtbNode, HtbTree } from './htb-tree.ts';

/** A line for `tc -batch`, as its words; put `tc` before it for a command. */
export type TcLine = readonly string[];

/** What builds a tree on an uplink that has none, in this order. */
export function setUpLines(tree: HtbTree): readonly TcLine[] {
  const { uplink, link, leaves, defaultClassid } = tree;
  const rest = defaultClassid.slice(defaultClassid.indexOf(':') + 1);
  return [
    ['qdisc', 'add', 'dev', uplink, 'root', 'handle', '1:', 'htb', 'default', rest],
    classLine(uplink, '1:', link),
    ...leaves.flatMap(leaf => [
      [
        ...classLine(uplink, link.classid, leaf),
        'prio',
        String(leaf.of.priority),
        'quantum',
        String(leaf.quantum),
      ],
      [
        'qdisc',
        'add',
        'dev',
        uplink,
        'parent',
        leaf.classid,
        'handle',
        leaf.handle,
        ...leafWords[leaf.of.leaf],
      ],
    ]),
    ...leaves.flatMap(leaf => filterLines(uplink, leaf)),
  ];
}

/** What takes the whole tree away; the kernel's own qdisc comes back. */
export function tearDownLines({ uplink }: HtbTree): readonly TcLine[] {
  return [['qdisc', 'del', 'dev', uplink, 'root']];
}

/** sfq hashes flows into queues, and changes the hash every 10 s so that two flows do not collide for ever. */
const leafWords = { sfq: ['sfq', 'perturb', '10'], fq_codel: ['fq_codel'] } as const;

function classLine(uplink: string, parent: string, node: HtbNode): TcLine {
  const { classid, rateBps, ceilBps, burstBytes, cburstBytes } = node;
  const rates = ['rate', `${rateBps}bps`, 'ceil', `${ceilBps}bps`];
  const bursts = ['burst', String(burstBytes), 'cburst', String(cburstBytes)];
  return ['class', 'add', 'dev', uplink, 'parent', parent, 'classid', classid, 'htb', ...rates, ...bursts];
}

/** Code points go before ports. Filters of one preference must be of one protocol. */
const families = [
  { protocol: 'ip', byDscp: '10', byPort: '20' },
  { protocol: 'ipv6', byDscp: '11', byPort: '21' },
] as const;

function filterLines(uplink: string, { classid, of }: HtbLeaf): readonly TcLine[] {
  return families.flatMap(({ protocol, byDscp, byPort }) => {
    const filter = (pref: string, match: readonly string[]) => [
      ...['filter', 'add', 'dev', uplink, 'parent', '1:', 'protocol', protocol, 'pref', pref, 'flower'],
      ...match,
      ...['classid', classid],
    ];
    const ports = of.ports.map(({ from, to }) => (from === to ? String(from) : `${from}-${to}`));
    return [
      ...of.dscp.map(dscp => filter(byDscp, ['ip_tos', `0x${dscpToTos(dscp).toString(16)}/0xfc`])),
      ...of.protocols.flatMap(name =>
        ports.map(port => filter(byPort, ['ip_proto', name, 'dst_port', port])),
      ),
    ];
  });
}

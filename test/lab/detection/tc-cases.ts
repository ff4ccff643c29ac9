import { broken, type Case, nothing } from './case.ts';
import type { Scene } from './scene.ts';

/** Interfaces of `full`, in the order of the scene. */
export const dev = ({ domains: { full } }: Scene, which: 'bridge' | 'ovs' | 'macvtap' | 'network') =>
  full.nics.find(nic => nic.kind === which)?.dev ?? '';
const first = ({ domains: { plain } }: Scene) => plain.nics[0]?.dev ?? '';

/** libvirt is told the same limits again: it makes everything anew. */
export const again = (which: 'bridge' | 'macvtap' | 'network') => (scene: Scene) =>
  `virsh -q domiftune ${scene.domains.full.name} ${dev(scene, which)} --live --inbound 4000,8000,1024 --outbound 2000,0,512`;
const cleared = (scene: Scene) =>
  `virsh -q domiftune ${scene.domains.plain.name} ${first(scene)} --live --config --inbound 0 --outbound 0`;

const htb = (device: string, limits: string) =>
  `tc class change dev ${device} parent 1: classid 1:1 htb ${limits}`;
const policeAt = (device: string, limits: string, action = 'drop') =>
  `tc filter del dev ${device} parent ffff:
tc filter add dev ${device} parent ffff: protocol all u32 match u32 0 0 police ${limits} mtu 64kb ${action} flowid :1`;

/** A change of the class of `full`'s tap on a bridge: 32 Mbit/s, 64 Mbit/s at most, bursts of 1 MiB. */
const classChange = (what: string, limits: string, cause: 'behind-libvirt' | 'unit-slip'): Case => ({
  what,
  actor: 'full',
  happens: scene => htb(dev(scene, 'bridge'), limits),
  restored: again('bridge'),
  found: scene => broken(cause, `tc ${dev(scene, 'bridge')} class htb 1:1`),
});

/** A change of its policer: 16 Mbit/s, bursts of 512 KiB. */
const policeChange = (what: string, limits: string, cause: 'behind-libvirt' | 'unit-slip'): Case => ({
  what,
  actor: 'full',
  happens: scene => policeAt(dev(scene, 'bridge'), limits),
  restored: again('bridge'),
  found: scene => broken(cause, `tc ${dev(scene, 'bridge')} police`),
});

/** Ways to break what tc enforces. */
export const tcBreaks: readonly Case[] = [
  classChange('the rate of a class', 'rate 20mbit ceil 64mbit burst 1024kb', 'behind-libvirt'),
  classChange('the ceil of a class', 'rate 32mbit ceil 100mbit burst 1024kb', 'behind-libvirt'),
  classChange('the burst of a class', 'rate 32mbit ceil 64mbit burst 2000kb', 'behind-libvirt'),
  classChange('bytes taken for bits', 'rate 256mbit ceil 512mbit burst 1024kb', 'unit-slip'),
  classChange('bits taken for bytes', 'rate 4mbit ceil 8mbit burst 1024kb', 'unit-slip'),
  classChange('KiB taken for kB', 'rate 32768kbit ceil 65536kbit burst 1024kb', 'unit-slip'),
  policeChange('the rate of a policer', 'rate 17mbit burst 512kb', 'behind-libvirt'),
  policeChange('the burst of a policer', 'rate 16mbit burst 900kb', 'behind-libvirt'),
  policeChange('a policer of 128 times the rate', 'rate 2048mbit burst 512kb', 'unit-slip'),
  {
    what: "MidoNet's policer before libvirt's, which lets more through",
    actor: 'full',
    happens: scene =>
      `tc filter add dev ${dev(scene, 'bridge')} parent ffff: protocol all pref 5 basic police rate 20mbit burst 512kb mtu 65335 drop flowid :1`,
    restored: again('bridge'),
    found: scene => broken('decided-before', `tc ${dev(scene, 'bridge')} police`),
  },
  {
    what: 'a policer that lets pass what is too much',
    actor: 'full',
    happens: scene => policeAt(dev(scene, 'bridge'), 'rate 16mbit burst 512kb', 'conform-exceed pass'),
    restored: again('bridge'),
    found: scene => broken('behind-libvirt', `tc ${dev(scene, 'bridge')} police`),
  },
  {
    what: 'a policer of one protocol alone',
    actor: 'full',
    happens: scene => `tc filter del dev ${dev(scene, 'bridge')} parent ffff:
tc filter add dev ${dev(scene, 'bridge')} parent ffff: protocol ip u32 match u32 0 0 police rate 16mbit burst 512kb mtu 64kb drop flowid :1`,
    restored: again('bridge'),
    found: scene => broken('behind-libvirt', `tc ${dev(scene, 'bridge')} police`),
  },
  {
    what: 'the right class, which the root qdisc sends no packet to',
    actor: 'full',
    happens: scene => `tc qdisc del dev ${dev(scene, 'bridge')} root
tc qdisc add dev ${dev(scene, 'bridge')} root handle 1: htb default 9
${htb(dev(scene, 'bridge'), 'rate 32mbit ceil 64mbit burst 1024kb').replace('change', 'add')}`,
    restored: again('bridge'),
    found: scene => broken('behind-libvirt', `tc ${dev(scene, 'bridge')} class htb 1:1`),
  },
  {
    what: 'the root qdisc, gone',
    actor: 'full',
    happens: scene => `tc qdisc del dev ${dev(scene, 'bridge')} root`,
    restored: again('bridge'),
    found: scene => broken('behind-libvirt', `tc ${dev(scene, 'bridge')} class htb 1:1`),
  },
  {
    what: 'fq_codel instead of htb',
    actor: 'full',
    happens: scene => `tc qdisc replace dev ${dev(scene, 'network')} root handle 8: fq_codel`,
    restored: again('network'),
    found: scene => broken('behind-libvirt', `tc ${dev(scene, 'network')} class htb 1:1`),
  },
  {
    what: 'the ingress qdisc, gone',
    actor: 'full',
    happens: scene => `tc qdisc del dev ${dev(scene, 'network')} ingress`,
    restored: again('network'),
    found: scene => broken('behind-libvirt', `tc ${dev(scene, 'network')} police`),
  },
  {
    what: "a macvtap's class, which limits what the guest sends, gone",
    actor: 'full',
    happens: scene => `tc qdisc del dev ${dev(scene, 'macvtap')} root`,
    restored: again('macvtap'),
    found: scene => broken('behind-libvirt', `tc ${dev(scene, 'macvtap')} class htb 1:1`),
  },
  {
    what: "a macvtap's policer, which limits what the guest gets, gone",
    actor: 'full',
    happens: scene => `tc qdisc del dev ${dev(scene, 'macvtap')} ingress`,
    restored: again('macvtap'),
    found: scene => broken('behind-libvirt', `tc ${dev(scene, 'macvtap')} police`),
  },
  {
    what: 'the directions of a macvtap, swapped',
    actor: 'full',
    happens: scene => `${htb(dev(scene, 'macvtap'), 'rate 32mbit ceil 64mbit burst 1024kb')}
${policeAt(dev(scene, 'macvtap'), 'rate 16mbit burst 512kb')}`,
    restored: again('macvtap'),
    found: scene =>
      broken(
        'behind-libvirt',
        `tc ${dev(scene, 'macvtap')} class htb 1:1`,
        `tc ${dev(scene, 'macvtap')} police`,
      ),
  },
  {
    what: 'a class on a tap without limits',
    actor: 'plain',
    happens: scene => `tc qdisc replace dev ${first(scene)} root handle 1: htb default 1
tc class add dev ${first(scene)} parent 1: classid 1:1 htb rate 10mbit`,
    restored: scene => `tc qdisc del dev ${first(scene)} root`,
    found: scene => broken('not-asked-for', `tc ${first(scene)} class htb 1:1`),
  },
  {
    what: 'a policer on a tap without limits',
    actor: 'plain',
    happens: scene => `tc qdisc add dev ${first(scene)} ingress
tc filter add dev ${first(scene)} parent ffff: protocol all u32 match u32 0 0 police rate 10mbit burst 100kb drop flowid :1`,
    restored: scene => `tc qdisc del dev ${first(scene)} ingress`,
    found: scene => broken('not-asked-for', `tc ${first(scene)} police`),
  },
];

/** Limits that libvirt sets on `plain`'s first tap, of which every layer has to hold what it can. */
const set = (what: string, inbound: string, outbound: string): Case => ({
  what,
  actor: 'plain',
  happens: scene =>
    `virsh -q domiftune ${scene.domains.plain.name} ${first(scene)} --live --config --inbound ${inbound} --outbound ${outbound}`,
  restored: cleared,
  found: nothing,
});

/** What happens to interfaces and changes no limit. */
export const tcCalm: readonly Case[] = [
  set('rates beyond 1 Gbit/s that are no whole Mbit', '1234567,2345679,20000', '1234567,0,20001'),
  set('rates beyond 10 Gbit/s', '1612345,4012345,65537', '1612345'),
  set('an odd rate without a burst', '1111', '1111'),
  set('the smallest rate', '1', '1'),
  set('a rate of 3 kB/s with a burst of 3 KiB', '3,5,3', '3,0,3'),
  set('the largest rate', '4294967295', '4294967295'),
  {
    what: 'the same limits set again with virsh',
    actor: 'full',
    happens: again('bridge'),
    found: nothing,
  },
  {
    what: 'fq_codel below the class',
    actor: 'full',
    happens: scene => `tc qdisc replace dev ${dev(scene, 'bridge')} parent 1:1 fq_codel`,
    restored: again('bridge'),
    found: nothing,
  },
  {
    what: 'fq_codel on a tap without limits',
    actor: 'plain',
    happens: scene => `tc qdisc replace dev ${first(scene)} root fq_codel`,
    restored: scene => `tc qdisc del dev ${first(scene)} root`,
    found: nothing,
  },
  {
    what: "limits of Neutron's agent for Linux bridges",
    actor: 'plain',
    happens: scene => `tc qdisc replace dev ${first(scene)} root tbf rate 30mbit latency 50ms burst 200kb
tc qdisc add dev ${first(scene)} ingress
tc filter add dev ${first(scene)} parent ffff: protocol all prio 49 basic police rate 20mbit burst 200kb mtu 64kb drop`,
    restored: scene => `tc qdisc del dev ${first(scene)} root; tc qdisc del dev ${first(scene)} ingress`,
    found: nothing,
  },
  {
    what: "a filter of another tool's before libvirt's policer",
    actor: 'full',
    happens: scene =>
      `tc filter add dev ${dev(scene, 'bridge')} parent ffff: protocol ip prio 49 u32 match ip dport 53 0xffff police rate 1mbit burst 10kb drop flowid :1`,
    restored: again('bridge'),
    found: nothing,
  },
  {
    what: "MidoNet's policer before libvirt's, and stricter",
    actor: 'full',
    happens: scene =>
      `tc filter add dev ${dev(scene, 'bridge')} parent ffff: protocol all pref 5 basic police rate 10mbit burst 512kb mtu 65335 drop flowid :1`,
    restored: again('bridge'),
    found: nothing,
  },
  {
    what: 'a shaped bridge that the taps are on',
    actor: 'full',
    happens: () => `tc qdisc replace dev br0 root handle 1: htb default 1
tc class add dev br0 parent 1: classid 1:1 htb rate 5gbit`,
    restored: () => 'tc qdisc del dev br0 root',
    found: nothing,
  },
  {
    what: 'marks of a packet filter',
    actor: 'full',
    happens: scene => `if command -v nft >/dev/null
then nft add table bridge other; nft add chain bridge other in '{ type filter hook prerouting priority 0; }'
nft add rule bridge other in iifname ${dev(scene, 'bridge')} meta mark set 7
else ebtables -A FORWARD -i ${dev(scene, 'bridge')} -j mark --mark-set 7; fi`,
    restored: () =>
      'if command -v nft >/dev/null; then nft delete table bridge other; else ebtables -F FORWARD; fi',
    found: nothing,
  },
  {
    what: 'a link that is down',
    actor: 'full',
    happens: scene =>
      `virsh -q domif-setlink ${scene.domains.full.name} ${dev(scene, 'bridge')} down >/dev/null`,
    restored: scene =>
      `virsh -q domif-setlink ${scene.domains.full.name} ${dev(scene, 'bridge')} up >/dev/null`,
    found: nothing,
  },
  {
    what: 'another MTU, and a longer queue',
    actor: 'full',
    happens: scene => `ip link set ${dev(scene, 'bridge')} mtu 1400 txqueuelen 5000`,
    restored: scene => `ip link set ${dev(scene, 'bridge')} mtu 1500 txqueuelen 1000`,
    found: nothing,
  },
];

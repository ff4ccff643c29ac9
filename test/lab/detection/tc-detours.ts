import { broken, type Case, nothing } from './case.ts';
import type { Scene } from './scene.ts';
import { again, dev } from './tc-cases.ts';

const tap = (scene: Scene) => dev(scene, 'bridge');
const unlimited = ({ domains: { plain } }: Scene) => plain.nics[0]?.dev ?? '';
const ingress = (scene: Scene, filter: string) => `tc filter add dev ${tap(scene)} parent ffff: ${filter}`;
/** What tc says of a class that is no leaf of libvirt's is said to nobody. */
const classBeside = (scene: Scene, parent: string, limits: string) =>
  `tc class add dev ${tap(scene)} parent ${parent} classid 1:9 htb ${limits} 2>/dev/null`;
const sendsAll = (scene: Scene, classid: string) =>
  `tc filter add dev ${tap(scene)} parent 1: protocol all pref 7 matchall flowid ${classid}`;

/** libvirt's policer of `full`'s tap. */
const own = 'protocol all u32 match u32 0 0 police rate 16mbit burst 512kb mtu 64kb drop flowid :1';
/** Its policer in clsact, which takes the place of an ingress qdisc. */
const withClsact = (scene: Scene) => `tc qdisc del dev ${tap(scene)} ingress
tc qdisc add dev ${tap(scene)} clsact
tc filter add dev ${tap(scene)} ingress ${own}`;
/** libvirt cannot take it away itself. */
const withoutClsact = (scene: Scene) => `tc qdisc del dev ${tap(scene)} clsact; ${again('bridge')(scene)}`;

/** Packets that never come to libvirt's policer. */
const notPoliced = (what: string, filter: string, more = ''): Case => ({
  what,
  actor: 'full',
  happens: scene => `${more}\n${ingress(scene, filter)}`,
  restored: scene => `${again('bridge')(scene)}; ip link del ifbaway 2>/dev/null || true`,
  found: scene => broken('decided-before', `tc ${tap(scene)} police`),
});

/** Packets that never come to libvirt's class. */
const notShaped = (what: string, happens: (scene: Scene) => string): Case => ({
  what,
  actor: 'full',
  happens,
  restored: again('bridge'),
  found: scene => broken('behind-libvirt', `tc ${tap(scene)} class htb 1:1`),
});

/** Limits that are all there, and that no packet meets. */
export const detourBreaks: readonly Case[] = [
  notPoliced("a filter before libvirt's policer that lets everything pass", 'pref 1 matchall action pass'),
  notPoliced(
    'everything is sent to another device, where somebody else limits it',
    'protocol all pref 1 u32 match u32 0 0 action mirred egress redirect dev ifbaway',
    'ip link add ifbaway type ifb; ip link set ifbaway up',
  ),
  notPoliced(
    'packets are marked before the policer, and accepted with that',
    'pref 1 matchall action skbedit mark 5 pipe',
  ),
  notPoliced(
    "a policer before libvirt's that lets more through, and leaves nothing to it",
    'pref 1 matchall action police rate 20mbit burst 512kb conform-exceed drop/pipe',
  ),
  notShaped(
    'a filter sends all packets to another class',
    scene => `${classBeside(scene, '1:', 'rate 1gbit')}\n${sendsAll(scene, '1:9')}`,
  ),
  notShaped('a filter sends all packets past the classes', scene => sendsAll(scene, '1:')),
  notShaped(
    'flower sends all packets to a larger class',
    scene =>
      `${classBeside(scene, '1:', 'rate 10gbit')}\ntc filter add dev ${tap(scene)} parent 1: protocol all pref 7 flower classid 1:9`,
  ),
  notShaped(
    'basic sends IPv4 to a larger class',
    scene =>
      `${classBeside(scene, '1:', 'rate 10gbit')}\ntc filter add dev ${tap(scene)} parent 1: protocol ip pref 7 basic flowid 1:9`,
  ),
  notShaped(
    'a shaper below the class lets less through',
    scene => `tc qdisc replace dev ${tap(scene)} parent 1:1 handle 9: tbf rate 1mbit burst 10kb latency 50ms`,
  ),
  {
    what: 'clsact gives packets a priority that htb takes for none of its classes',
    actor: 'full',
    happens: scene => `${withClsact(scene)}
tc filter add dev ${tap(scene)} egress pref 1 matchall action skbedit priority 1:0`,
    restored: withoutClsact,
    found: scene => broken('decided-before', `tc ${tap(scene)} class htb 1:1`),
  },
  {
    what: 'a policer of libvirt in a chain that no filter leads to',
    actor: 'full',
    happens: scene => `tc filter del dev ${tap(scene)} parent ffff:
${ingress(scene, `chain 7 ${own}`)}`,
    restored: again('bridge'),
    found: scene => broken('behind-libvirt', `tc ${tap(scene)} police`),
  },
  {
    what: 'a policer that drops what a guest sends at once',
    actor: 'full',
    happens: scene => `tc filter del dev ${tap(scene)} parent ffff:
${ingress(scene, own.replace('mtu 64kb', 'mtu 1500'))}`,
    restored: again('bridge'),
    found: scene => broken('behind-libvirt', `tc ${tap(scene)} police`),
  },
  {
    what: 'a policer that another device shares',
    actor: 'full',
    happens: scene => `tc filter del dev ${tap(scene)} parent ffff:
${ingress(scene, own.replace('police', 'police index 77'))}
ip link add ifbaway type ifb; tc qdisc add dev ifbaway ingress
tc filter add dev ifbaway parent ffff: matchall action police index 77`,
    restored: scene => `ip link del ifbaway; ${again('bridge')(scene)}`,
    found: scene => broken('behind-libvirt', `tc ${tap(scene)} police`),
  },
  notPoliced('everything is sent to a chain where nothing is', 'pref 1 matchall action goto chain 5'),
  notPoliced(
    'IPv4 is marked before the policer, and accepted with that',
    'pref 1 protocol ip matchall action skbedit mark 5',
  ),
  notPoliced('flower lets everything pass before the policer', 'pref 1 flower action pass'),
  notPoliced('everything is dropped before the policer', 'pref 1 matchall action drop'),
  notPoliced('ARP passes before the policer', 'pref 1 protocol arp matchall action pass'),
  notShaped("a class below libvirt's, which no packet goes to, and none to that above any more", scene =>
    classBeside(scene, '1:1', 'rate 1mbit'),
  ),
];

/** What nobody here understands: no finding, and no proof. */
export const detourUnknown: readonly Case[] = [
  {
    what: "a class below libvirt's that all packets are sent to but those with the mark of libvirt's filter",
    actor: 'full',
    happens: scene => `${classBeside(scene, '1:1', 'rate 1mbit ceil 64mbit')}\n${sendsAll(scene, '1:9')}`,
    restored: again('bridge'),
    found: nothing,
    undecided: scene => [`tc ${tap(scene)} class htb 1:1`],
  },
  {
    what: 'a program that decides before the policer',
    actor: 'full',
    happens: scene => ingress(scene, 'pref 1 bpf bytecode "1,6 0 0 4294967295," action ok'),
    restored: again('bridge'),
    found: nothing,
    undecided: scene => [`tc ${tap(scene)} police`],
  },
  {
    what: 'an action before the policer that is not known',
    actor: 'full',
    happens: scene => ingress(scene, 'pref 1 matchall action simple sdata hello action continue'),
    restored: again('bridge'),
    found: nothing,
    undecided: scene => [`tc ${tap(scene)} police`],
  },
  {
    what: 'a queue below the class that loses packets',
    actor: 'full',
    happens: scene => `tc qdisc replace dev ${tap(scene)} parent 1:1 handle 9: netem loss 1%`,
    restored: again('bridge'),
    found: nothing,
    undecided: scene => [`tc ${tap(scene)} class htb 1:1`],
  },
];

/** What stands beside limits and takes nothing from them. */
export const detourCalm: readonly Case[] = [
  {
    what: 'the policer in clsact, where nothing else is',
    actor: 'full',
    happens: withClsact,
    restored: withoutClsact,
    found: nothing,
  },
  {
    what: 'a filter that sends all packets to the class, where they go anyway',
    actor: 'full',
    happens: scene => sendsAll(scene, '1:1'),
    restored: again('bridge'),
    found: nothing,
  },
  {
    what: 'ARP is dropped before the policer',
    actor: 'full',
    happens: scene => ingress(scene, 'pref 1 protocol arp matchall action drop'),
    restored: again('bridge'),
    found: nothing,
  },
  {
    what: 'packets are marked before the policer, and go on',
    actor: 'full',
    happens: scene => ingress(scene, 'pref 1 matchall action skbedit mark 5 pipe action continue'),
    restored: again('bridge'),
    found: nothing,
  },
  {
    what: 'a copy of everything goes to another device',
    actor: 'full',
    happens: scene =>
      `ip link add ifbaway type ifb; ip link set ifbaway up
${ingress(scene, 'pref 1 matchall action mirred egress mirror dev ifbaway action continue')}`,
    restored: scene => `${again('bridge')(scene)}; ip link del ifbaway`,
    found: nothing,
  },
  {
    what: 'a class that a few packets are sent to',
    actor: 'full',
    happens: scene => `${classBeside(scene, '1:', 'rate 1mbit')}
tc filter add dev ${tap(scene)} parent 1: protocol ip pref 7 u32 match ip dport 53 0xffff flowid 1:9`,
    restored: again('bridge'),
    found: nothing,
  },
  {
    what: "a class below libvirt's that all packets are sent to, and that lets no more through",
    actor: 'full',
    happens: scene => `tc filter del dev ${tap(scene)} parent 1: pref 1
${classBeside(scene, '1:1', 'rate 1mbit ceil 64mbit')}\n${sendsAll(scene, '1:9')}`,
    restored: again('bridge'),
    found: nothing,
  },
  {
    what: 'classes of hfsc on a tap without limits, of which tc can write no JSON',
    actor: 'plain',
    happens: scene => `tc qdisc replace dev ${unlimited(scene)} root handle 1: hfsc default 1
tc class add dev ${unlimited(scene)} parent 1: classid 1:1 hfsc sc rate 900mbit ul rate 900mbit`,
    restored: scene => `tc qdisc del dev ${unlimited(scene)} root`,
    found: nothing,
  },
  {
    what: 'another queue, burst and priority of the class by which it lets no more through',
    actor: 'full',
    happens:
      scene => `tc class change dev ${tap(scene)} parent 1: classid 1:1 htb rate 32mbit ceil 64mbit burst 1024kb quantum 3000 prio 3
ip link property add dev ${tap(scene)} altname another-name`,
    restored: scene =>
      `ip link property del dev ${tap(scene)} altname another-name; ${again('bridge')(scene)}`,
    found: nothing,
  },
];

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
  notShaped("a class below libvirt's, which no packet goes to, and none to that above any more", scene =>
    classBeside(scene, '1:1', 'rate 1mbit'),
  ),
];

/** What stands beside limits and takes nothing from them. */
export const detourCalm: readonly Case[] = [
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
    happens: scene => `${classBeside(scene, '1:1', 'rate 1mbit ceil 64mbit')}\n${sendsAll(scene, '1:9')}`,
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

import { type Dice, diceOf } from './dice.ts';
import type { State } from './state.ts';
import type { TapLimits } from './tc-states.ts';
import { actions, police, selector } from './tc-words.ts';

/** What each port is asked to hold. Of a port of Open vSwitch its peak is what limits it. */
export const portLimits: TapLimits = {
  inbound: { rate: 256, ceil: 256, burst: 8 },
  outbound: { rate: 256, burst: 8 },
};

/** A port, the one beside it, and the rows that libvirt has made for it. */
export interface Port {
  readonly tap: string;
  readonly qos: string;
  readonly queue: string;
}

const bits = portLimits.inbound.rate * 1000;
const kbit = portLimits.outbound.rate;

/** A random state of what Open vSwitch has for a port, or of what it made of that in the kernel. */
export function ovsState(seed: number, number: number, slot: number, port: Port): State {
  const dice = diceOf(seed, number);
  const lines = [...(dice.chance(0.8) ? inbound(dice) : []), ...(dice.chance(0.8) ? outbound(dice) : [])].map(
    line => placed(line, port),
  );
  return { number, area: 'ovs', slot, what: lines, script: lines };
}

/** Rows and what is made of them, as libvirt has asked for. */
export function ovsReset(port: Port): readonly string[] {
  const config = `other_config:min-rate=${bits} other_config:max-rate=${bits} other_config:burst=${portLimits.inbound.burst * 8192}`;
  return [
    'ovs-vsctl clear Port T qos -- set Interface T ingress_policing_rate=0 ingress_policing_burst=0 ingress_policing_kpkts_rate=0 ingress_policing_kpkts_burst=0',
    'tc qdisc del dev T root',
    'tc qdisc del dev T ingress',
    'tc qdisc del dev T clsact',
    `ovs-vsctl set QoS Q type=linux-htb ${config} queues:0=U -- set Queue U ${config} -- set Port T qos=Q -- set Interface T ingress_policing_rate=${kbit} ingress_policing_burst=${portLimits.outbound.burst * 8}`,
  ].map(line => placed(line, port));
}

function placed(line: string, { tap, qos, queue }: Port): string {
  return line
    .replace(/\bT\b/g, tap)
    .replace(/\bQ\b/g, qos)
    .replace(/\bU\b/g, queue)
    .replace(/\b[PI]\b/g, 'dummy0');
}

/**
 * The same number stands in the port's row and in its queue's: a larger one in one of them changes nothing that can be
 * measured, so both are. htb gives a class its own rate whatever is above it, so a lesser one is the queue's.
 */
function inbound(dice: Dice): readonly string[] {
  const more = bits * dice.of(2, 3);
  const row = (table: 'QoS Q' | 'Queue U', rate: number) =>
    `ovs-vsctl set ${table} other_config:max-rate=${rate} other_config:min-rate=${Math.min(rate, bits)}`;
  const type = (name: string) => `ovs-vsctl set QoS Q type=${name}`;
  const limits = (rate: number) => `htb rate ${rate}bit ceil ${rate}bit burst 8kb cburst 8kb`;
  const inner = (rate: number) => `tc class change dev T parent 1:fffe classid 1:1 ${limits(rate)}`;
  const outer = (rate: number) => `tc class change dev T parent 1: classid 1:fffe ${limits(rate)}`;
  return dice.weighted<readonly string[]>(
    [1, () => []],
    [2, () => [row('Queue U', bits / 2)]],
    [2, () => [row('QoS Q', more), row('Queue U', more)]],
    [1, () => ['ovs-vsctl remove QoS Q other_config max-rate -- remove Queue U other_config max-rate']],
    [1, () => ['ovs-vsctl clear Port T qos']],
    // Not linux-hfsc, which holds the number too, nor linux-noop, which leaves the classes: another row than what is asked for.
    [1, () => [type(dice.of('linux-codel', 'linux-sfq'))]],
    [1, () => [inner(bits / 2)]],
    [1, () => [outer(more), inner(more)]],
    [1, () => leaf(dice)],
    [2, () => detour(dice)],
    [
      1,
      () => [
        `tc qdisc replace dev T root ${dice.of('fq_codel', 'pfifo_fast', 'tbf rate 512kbit burst 6kb latency 50ms')}`,
      ],
    ],
    [1, () => ['tc qdisc del dev T root']],
  );
}

/** Something below the class of the queue. */
function leaf(dice: Dice): readonly string[] {
  const below = dice.of(
    'tbf rate 64kbit burst 6kb latency 50ms',
    'netem rate 64kbit',
    'pfifo limit 100',
    'sfq',
  );
  return [`tc qdisc add dev T parent 1:1 handle 2: ${below}`];
}

function detour(dice: Dice): readonly string[] {
  const target = dice.of('1:', '1:2', '1:fffe', '1:9', '1:1');
  const which = selector(dice);
  const parent = dice.of('1:', '1:fffe');
  const classes = target === '1:2' ? [`tc class add dev T parent ${parent} classid 1:2 htb rate 1gbit`] : [];
  return [
    ...classes,
    `tc filter add dev T parent 1: pref 7 ${which} ${/flower/.test(which) ? 'classid' : 'flowid'} ${target}`,
  ];
}

function outbound(dice: Dice): readonly string[] {
  const set = (...words: readonly string[]) => [
    `ovs-vsctl set Interface T ${words.map(word => `ingress_policing_${word}`).join(' ')}`,
  ];
  const made = 'tc filter del dev T parent ffff: pref 1';
  const policer = (words: string) =>
    `tc filter add dev T parent ffff: pref 9 protocol all matchall action police rate ${kbit}kbit burst 8kb mtu 64kb ${words}`;
  const front = () => `tc filter add dev T parent ffff: pref 1 ${selector(dice)} ${actions(dice, kbit)}`;
  return dice.weighted<readonly string[]>(
    [1, () => []],
    [2, () => set(`rate=${kbit * dice.of(2, 3, 0.5)}`)],
    [1, () => set('burst=512')],
    [1, () => set('rate=0')],
    [2, () => set(`kpkts_rate=${dice.of(1, 100)}`, ...(dice.chance(0.5) ? ['kpkts_burst=1'] : []))],
    [1, () => ['tc qdisc del dev T ingress']],
    [1, () => [made]],
    [
      1,
      () => [
        made,
        policer(`conform-exceed ${dice.of('drop/continue', 'drop/pipe', 'continue', 'pass', 'drop')}`),
      ],
    ],
    [3, () => [made, policer('conform-exceed drop/continue'), front()]],
    [2, () => [`tc filter add dev T parent ffff: pref 20 ${selector(dice)} ${police(dice, kbit)}`]],
  );
}

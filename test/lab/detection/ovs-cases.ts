import type { Cause } from '../../../src/audit/finding.ts';
import { broken, type Case, nothing } from './case.ts';
import type { Scene } from './scene.ts';

const port = ({ domains: { full } }: Scene) => full.nics.find(nic => nic.kind === 'ovs')?.dev ?? '';
const free = ({ domains: { plain } }: Scene) => plain.nics.find(nic => nic.kind === 'ovs')?.dev ?? '';
/** The two taps of `nova`: the first has limits in its definition, the second none. */
const taps = ({ domains: { nova } }: Scene) => nova.nics.map(nic => nic.dev);

/** Everything is taken out of the database and put in again. */
const again = (scene: Scene) => {
  const tune = `virsh -q domiftune ${scene.domains.full.name} ${port(scene)} --live`;
  return `${tune} --inbound 0 --outbound 0; ${tune} --inbound 4000,8000,1024 --outbound 2000,0,512`;
};

const restart = 'systemctl restart openvswitch-switch; sleep 1';

const qos = (scene: Scene) => `$(ovs-vsctl get Port ${port(scene)} qos)`;
const queue = (scene: Scene) => `$(ovs-vsctl get QoS ${qos(scene)} queues:0)`;

interface Change {
  readonly what: string;
  readonly happens: (scene: Scene) => string;
  readonly knobs: readonly string[];
  readonly cause?: Cause;
  readonly layer?: 'ovs' | 'tc';
}

/** Something that happens to the port of `full`, whose knobs it then breaks. */
function change({ what, happens, knobs, cause = 'behind-libvirt', layer = 'ovs' }: Change): Case {
  return {
    what,
    actor: 'full',
    happens,
    restored: again,
    found: scene => broken(cause, ...knobs.map(knob => `${layer} ${port(scene)} ${knob}`)),
  };
}

/** A column or key of the port's rows that is another number. */
function value(what: string, script: (scene: Scene) => string, knob: string, cause?: Cause): Case {
  return change({ what, happens: script, knobs: [knob], ...(cause && { cause }) });
}

const own = (scene: Scene, key: string, bits: number) =>
  `ovs-vsctl set QoS ${qos(scene)} other_config:${key}=${bits}`;
const ofQueue = (scene: Scene, key: string, bits: number) =>
  `ovs-vsctl set Queue ${queue(scene)} other_config:${key}=${bits}`;
const column = (scene: Scene, name: string, kbit: number) =>
  `ovs-vsctl set Interface ${port(scene)} ${name}=${kbit}`;

/** Ways to break what Open vSwitch enforces. */
export const ovsBreaks: readonly Case[] = [
  value('policing rate', s => column(s, 'ingress_policing_rate', 17_000), 'ingress_policing_rate'),
  value('policing burst', s => column(s, 'ingress_policing_burst', 9000), 'ingress_policing_burst'),
  value(
    'policing in kB/s instead of kbit/s',
    s => column(s, 'ingress_policing_rate', 2000),
    'ingress_policing_rate',
    'unit-slip',
  ),
  value("max-rate of the port's QoS", s => own(s, 'max-rate', 70_000_000), 'qos other_config:max-rate'),
  value(
    "max-rate of the port's QoS in bytes",
    s => own(s, 'max-rate', 8_000_000),
    'qos other_config:max-rate',
    'unit-slip',
  ),
  value("min-rate of the port's QoS", s => own(s, 'min-rate', 30_000_000), 'qos other_config:min-rate'),
  value("burst of the port's QoS", s => own(s, 'burst', 5_000_000), 'qos other_config:burst'),
  value('max-rate of its queue', s => ofQueue(s, 'max-rate', 40_000_000), 'queue 0 other_config:max-rate'),
  value('min-rate of its queue', s => ofQueue(s, 'min-rate', 10_000_000), 'queue 0 other_config:min-rate'),
  value('a stale burst of its queue', s => ofQueue(s, 'burst', 9_000_000), 'queue 0 other_config:burst'),
  change({
    what: 'its queue, cleared',
    happens: scene => `ovs-vsctl clear QoS ${qos(scene)} queues`,
    knobs: ['qos queues:0'],
  }),
  change({
    what: 'a port whose QoS is cleared while the rows stay',
    happens: scene => `ovs-vsctl clear Port ${port(scene)} qos`,
    knobs: ['qos'],
    cause: 'leaked-ovs-rows',
  }),
  change({
    what: 'a port whose QoS is destroyed',
    happens: scene =>
      `qos=${qos(scene)}; queue=${queue(scene)}; ovs-vsctl clear Port ${port(scene)} qos -- destroy QoS $qos -- destroy Queue $queue`,
    knobs: ['qos'],
  }),
  change({
    what: 'linux-noop instead of linux-htb',
    happens: scene => `ovs-vsctl set Port ${port(scene)} qos=@new -- --id=@new create QoS type=linux-noop`,
    knobs: ['qos'],
    cause: 'leaked-ovs-rows',
  }),
  {
    what: 'a port that was removed and added again',
    actor: 'full',
    happens: scene =>
      `ids=$(ovs-vsctl get Interface ${port(scene)} external_ids | tr -d ' '); ovs-vsctl del-port ${port(scene)} -- add-port ovsbr0 ${port(scene)} -- set Interface ${port(scene)} external_ids="$ids"`,
    restored: again,
    found: scene => [
      ...broken('leaked-ovs-rows', `ovs ${port(scene)} qos`),
      ...broken(
        'behind-libvirt',
        `ovs ${port(scene)} ingress_policing_rate`,
        `ovs ${port(scene)} ingress_policing_burst`,
      ),
    ],
  },
  change({
    what: 'the class that it made of its database',
    happens: scene =>
      `tc class change dev ${port(scene)} parent 1:fffe classid 1:1 htb rate 20mbit ceil 64mbit burst 1mb cburst 1mb`,
    knobs: ['class htb 1:1 parent 1:fffe'],
    layer: 'tc',
    cause: 'open-vswitch-out-of-step',
  }),
  change({
    what: 'the class of the whole port that it made of its database',
    happens: scene =>
      `tc class change dev ${port(scene)} parent 1: classid 1:fffe htb rate 70mbit ceil 70mbit`,
    knobs: ['class htb 1:fffe'],
    layer: 'tc',
    cause: 'open-vswitch-out-of-step',
  }),
  change({
    what: 'the policer that it made of its database, gone',
    happens: scene => `tc qdisc del dev ${port(scene)} ingress`,
    knobs: ['police matchall'],
    layer: 'tc',
    cause: 'open-vswitch-out-of-step',
  }),
  change({
    what: 'the root qdisc that it made of its database, gone',
    happens: scene => `tc qdisc del dev ${port(scene)} root`,
    knobs: ['class htb 1:fffe', 'class htb 1:1 parent 1:fffe'],
    layer: 'tc',
    cause: 'open-vswitch-out-of-step',
  }),
];

/** What becomes of limits on a tap that libvirt does not know to be a port. In this order. */
export const novaBreaks: readonly Case[] = [
  {
    what: 'the policer of a tap that Nova has plugged into Open vSwitch, gone since the start',
    actor: 'nova',
    found: scene => broken('open-vswitch-owns-tap', `tc ${taps(scene)[0]} police`),
  },
  {
    what: 'the same tap after Open vSwitch was restarted',
    actor: 'nova',
    happens: () => restart,
    found: scene => broken('open-vswitch-owns-tap', `tc ${taps(scene)[0]} police`),
  },
  {
    what: 'the same tap without the QoS row that tells Open vSwitch to leave it alone',
    actor: 'nova',
    happens: scene => `ovs-vsctl clear Port ${taps(scene)[0]} qos; ${restart}`,
    found: scene =>
      broken('open-vswitch-owns-tap', `tc ${taps(scene)[0]} class htb 1:1`, `tc ${taps(scene)[0]} police`),
  },
];

/** What comes last, since the domain has other cgroups then. */
export const restarted: Case = {
  what: 'a domain that is stopped and started, as Nova does at a hard reboot',
  actor: 'full',
  happens: ({ domains: { full } }) => `virsh -q destroy ${full.name}; virsh -q start ${full.name} --paused`,
  found: scene => (scene.isTrixie ? [] : broken('leaked-ovs-rows', `ovs ${port(scene)} qos`)),
};

/** What happens to Open vSwitch and changes no limit. */
export const ovsCalm: readonly Case[] = [
  {
    what: 'Open vSwitch is restarted, and makes everything anew from its database',
    actor: 'full',
    happens: () => restart,
    found: nothing,
  },
  {
    what: 'the same limits set again with virsh',
    actor: 'full',
    happens: again,
    found: nothing,
  },
  {
    what: 'a VLAN tag and external ids',
    actor: 'full',
    happens: scene =>
      `ovs-vsctl set Port ${port(scene)} tag=42 -- set Interface ${port(scene)} external_ids:skip_cleanup=true`,
    restored: scene => `ovs-vsctl clear Port ${port(scene)} tag`,
    found: nothing,
  },
  {
    what: "Neutron's own limits on another port",
    actor: 'full',
    happens:
      () => `ovs-vsctl add-port ovsbr0 other0 -- set Interface other0 type=internal ingress_policing_rate=3000 \\
-- set Port other0 qos=@new external_ids:neutron=yes -- --id=@new create QoS type=linux-htb other_config:max-rate=3000000 queues:0=@queue \\
-- --id=@queue create Queue other_config:max-rate=3000000`,
    restored: () =>
      `qos=$(ovs-vsctl get Port other0 qos); queue=$(ovs-vsctl get QoS $qos queues:0); ovs-vsctl del-port other0; ovs-vsctl destroy QoS $qos -- destroy Queue $queue`,
    found: nothing,
  },
  {
    what: "Neutron's own limits on a port for which nobody asked us",
    actor: 'plain',
    happens: scene =>
      `ovs-vsctl set Interface ${free(scene)} ingress_policing_rate=5000 ingress_policing_burst=500 -- set Port ${free(scene)} qos=@new -- --id=@new create QoS type=linux-htb external_ids:id=neutron other_config:max-rate=5000000`,
    restored: scene =>
      `qos=$(ovs-vsctl get Port ${free(scene)} qos); ovs-vsctl set Interface ${free(scene)} ingress_policing_rate=0 ingress_policing_burst=0 -- clear Port ${free(scene)} qos -- destroy QoS $qos`,
    found: nothing,
  },
  {
    what: 'rows that a domain of the past has left',
    actor: 'full',
    happens: () =>
      `ovs-vsctl create QoS type=linux-htb other_config:max-rate=1000 external_ids:vm-id=\\"11111111-2222-4333-8444-555555555555\\" external_ids:ifname=\\"tapgone\\"`,
    restored: () =>
      `ovs-vsctl destroy QoS $(ovs-vsctl --bare --columns=_uuid find QoS 'external_ids:ifname="tapgone"')`,
    found: nothing,
  },
  {
    what: 'an odd rate beyond 1 Gbit/s on a port',
    actor: 'plain',
    happens: scene =>
      `virsh -q domiftune ${scene.domains.plain.name} ${free(scene)} --live --config --inbound 1234567,2345679,20000 --outbound 1234567,0,20001`,
    restored: scene =>
      `virsh -q domiftune ${scene.domains.plain.name} ${free(scene)} --live --config --inbound 0 --outbound 0`,
    found: nothing,
  },
  {
    what: 'a small odd rate on a port',
    actor: 'plain',
    happens: scene =>
      `virsh -q domiftune ${scene.domains.plain.name} ${free(scene)} --live --config --inbound 1111,1111 --outbound 1111`,
    restored: scene =>
      `virsh -q domiftune ${scene.domains.plain.name} ${free(scene)} --live --config --inbound 0 --outbound 0`,
    found: nothing,
  },
];

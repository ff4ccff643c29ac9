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

/** What `neutron-openvswitch-agent` writes for a policy of 3000 and 4000 kbit/s. @see neutron agent/common/ovs_lib.py */
const agentsPolicy = (dev: string) => `ovs-vsctl set Port ${dev} qos=@qos \\
-- --id=@qos create QoS type=linux-htb other_config:max-rate=34359738367 external_ids:id=${dev} external_ids:_type=bandwidth_limit queues:0=@queue \\
-- --id=@queue create Queue other_config:max-rate=4000000 other_config:burst=400000 external_ids:port=${dev} external_ids:type=bandwidth_limit external_ids:queue-num=0 \\
-- set Interface ${dev} ingress_policing_rate=3000 ingress_policing_burst=300`;
const noAgentsPolicy = (dev: string) => `ovs-vsctl clear Port ${dev} qos
for table in QoS Queue; do for row in $(ovs-vsctl --bare --columns=_uuid find $table external_ids:id=${dev}; ovs-vsctl --bare --columns=_uuid find $table external_ids:port=${dev})
do ovs-vsctl --if-exists destroy $table $row; done; done`;
/** The agent binds a port, and handles it when it has no policy. */
const agentsPort = (dev: string) =>
  `ovs-vsctl set Port ${dev} other_config:net_uuid=4f1e6f0a-0000-4000-8000-000000000001 other_config:network_type=vxlan other_config:segmentation_id=7`;
const agentsUpdate = (dev: string) =>
  `ovs-vsctl set Interface ${dev} ingress_policing_rate=0 ingress_policing_burst=0`;
/** A second queue beside the limit's. */
const secondQueue = (scene: Scene) =>
  `ovs-vsctl set QoS ${qos(scene)} queues:1=@queue -- --id=@queue create Queue other_config:max-rate=64000000 other_config:min-rate=64000000 external_ids:of=detection`;
const noSecondQueue = (scene: Scene) => `ovs-vsctl remove QoS ${qos(scene)} queues 1 || true
ovs-vsctl destroy Queue $(ovs-vsctl --bare --columns=_uuid find Queue external_ids:of=detection)`;

/** Ways past the limits of a port of Open vSwitch, and other owners of it. */
export const ovsOwners: readonly Case[] = [
  {
    ...change({
      what: "Neutron's agent sets policing to 0, as at any update of a port without a policy",
      happens: scene => `${agentsPort(port(scene))}; ${agentsUpdate(port(scene))}`,
      knobs: ['ingress_policing_rate', 'ingress_policing_burst'],
      cause: 'neutron-agent-owns-port',
    }),
    restored: scene => `ovs-vsctl clear Port ${port(scene)} other_config; ${again(scene)}`,
  },
  {
    ...change({
      what: "a policy of Neutron's in place of libvirt's rows",
      happens: scene => agentsPolicy(port(scene)),
      knobs: [
        ...['qos', 'queue 0'].flatMap(row =>
          ['min-rate', 'max-rate', 'burst'].map(key => `${row} other_config:${key}`),
        ),
        'ingress_policing_rate',
        'ingress_policing_burst',
      ],
      cause: 'neutron-agent-owns-port',
    }),
    byHand: true,
    restored: scene => `${noAgentsPolicy(port(scene))}; ${again(scene)}`,
  },
  {
    ...change({
      what: 'a packet rate, for which Open vSwitch drops its byte policer',
      happens: scene => column(scene, 'ingress_policing_kpkts_rate', 1),
      knobs: ['ingress_policing_rate'],
      cause: 'packet-rate-policing',
    }),
    restored: scene => column(scene, 'ingress_policing_kpkts_rate', 0),
  },
  {
    ...change({
      what: 'a flow that puts packets into a second queue of the port',
      happens: scene =>
        `${secondQueue(scene)}; ovs-ofctl add-flow ovsbr0 priority=500,in_port=LOCAL,ip,actions=set_queue:1,NORMAL`,
      knobs: ['qos queues:0'],
      cause: 'queued-elsewhere',
    }),
    restored: scene =>
      `ovs-ofctl del-flows ovsbr0 in_port=LOCAL,ip; ${noSecondQueue(scene)}; ${again(scene)}`,
  },
  {
    what: "a policy of Neutron's on a tap that Nova has plugged, in place of libvirt's limits",
    actor: 'nova',
    byHand: true,
    happens: scene => agentsPolicy(taps(scene)[0] ?? ''),
    restored: scene =>
      `${noAgentsPolicy(taps(scene)[0] ?? '')}
${agentsUpdate(taps(scene)[0] ?? '')}
virsh -q domiftune ${scene.domains.nova.name} ${taps(scene)[0]} --live --inbound 4000,8000,1024 --outbound 2000,0,512`,
    found: scene =>
      broken('neutron-agent-owns-port', `tc ${taps(scene)[0]} class htb 1:1`, `tc ${taps(scene)[0]} police`),
  },
  {
    what: 'rows of ours that a port of Nova has lost',
    actor: 'nova',
    happens: scene =>
      `ovs-vsctl -- --id=@qos create QoS type=linux-htb other_config:max-rate=1000000 queues:0=@queue ${ours(scene)} -- --id=@queue create Queue other_config:max-rate=1000000 ${ours(scene)}`,
    restored:
      () => `for table in QoS Queue; do for row in $(ovs-vsctl --bare --columns=_uuid find $table 'external_ids:virt-quota!=""')
do ovs-vsctl destroy $table $row; done; done`,
    found: scene => broken('orphaned-ovs-rows', `ovs ${taps(scene)[1]} orphaned rows`),
  },
];

const ours = ({ domains: { nova } }: Scene) =>
  `external_ids:virt-quota=\\"${nova.uuid}\\" external_ids:virt-quota-port=${nova.nics[1]?.dev}`;

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
  found: scene => (scene.leaksRows ? broken('leaked-ovs-rows', `ovs ${port(scene)} qos`) : []),
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
    what: 'a second queue of a port, to which no flow leads',
    actor: 'full',
    happens: scene =>
      `${secondQueue(scene)}; ovs-ofctl add-flow ovsbr0 priority=500,in_port=LOCAL,ip,actions=set_queue:7,NORMAL`,
    restored: scene => `ovs-ofctl del-flows ovsbr0 in_port=LOCAL,ip; ${noSecondQueue(scene)}`,
    found: nothing,
  },
  {
    what: "a port that Neutron's agent looks after, and has not touched",
    actor: 'full',
    happens: scene => agentsPort(port(scene)),
    restored: scene => `ovs-vsctl clear Port ${port(scene)} other_config`,
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

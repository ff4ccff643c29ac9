import type { Cause } from '../../audit/finding.ts';

/** A cause for people. */
export interface CauseText {
  /** A few words: a heading. */
  readonly title: string;
  /** What it means, and what to do. */
  readonly help: string;
}

/** Every cause in words. */
export const causeTexts: Readonly<Record<Cause, CauseText>> = {
  'cannot-be-limited': {
    title: 'Nothing can limit this device',
    help: 'No enforcer on the host can hold a limit for a device of this kind, so what is asked can never be in force. Limit it where its traffic or I/O really goes, or use another kind of device.',
  },
  'no-such-device': {
    title: 'No such disk',
    help: 'Limits are asked for a disk that the domain, or one of its definitions, does not have. Correct its name in what is asked, or plug it in.',
  },
  'hot-plugged': {
    title: 'Plugged in without its limit',
    help: 'The device came while the domain ran, without the limit that is asked for it. Apply to the running domain.',
  },
  'definition-rewritten': {
    title: 'The definition was written anew',
    help: 'The definition was written since the last apply, as Nova does at a hard reboot, a resize or a migration: the limits and our record went with it. Apply again.',
  },
  'changed-in-libvirt': {
    title: 'Changed through libvirt',
    help: 'The limit was applied once and has been changed through libvirt since (virsh or another tool). Apply again, or change what is asked.',
  },
  'never-applied': {
    title: 'Never applied',
    help: 'Neither definition of the domain has what is asked: it was not applied, or the definitions were written anew since. Apply it.',
  },
  'pending-restart': {
    title: 'In force after the next start only',
    help: 'The persistent definition has the limit, the running domain has not. Apply to the running domain, or start it anew.',
  },
  'lost-at-restart': {
    title: 'Lost at the next start',
    help: 'The running domain has the limit, the persistent definition has not: it is gone when the domain is started anew. Apply to the persistent definition as well (--config).',
  },
  'leaked-ovs-rows': {
    title: 'Rows of an earlier life in Open vSwitch',
    help: "Rows of an earlier life of the port are left in Open vSwitch's database, and libvirt (before 10.3) changes those and never attaches them. Apply again: what is left is taken away first.",
  },
  'open-vswitch-owns-tap': {
    title: 'Open vSwitch removed the limit',
    help: 'The tap is a port of Open vSwitch, which removes tc state that it did not make itself. Set the limit in its database instead (apply --ovs-native), where it stays.',
  },
  'open-vswitch-out-of-step': {
    title: 'Open vSwitch has not made its tc state',
    help: "Open vSwitch's database is right, and the tc state that it should have made of it is not. Look into ovs-vswitchd's log; applying again writes the rows anew.",
  },
  'unit-slip': {
    title: 'Units confused',
    help: 'The value is off by exactly the factor that a confusion of units makes. Correct it where it was written.',
  },
  'systemd-override': {
    title: 'Overridden through systemd',
    help: "Somebody has set another value for the domain's unit with systemctl set-property. Take that back (systemctl set-property --runtime UNIT PROPERTY=, with nothing behind the =), then apply again: on cgroup v1 a weight of systemd's counts more than any shares.",
  },
  'behind-libvirt': {
    title: "Changed behind libvirt's back",
    help: "libvirt's running definition is right and the enforcer holds something else: it was changed or removed without libvirt. Apply again, and find out who did it.",
  },
  'decided-before': {
    title: 'Another limit decides first',
    help: "The limit is where it shall be, and a filter of another owner (MidoNet, Neutron's agent, another tool) comes before it: it leads packets past the limit, or lets less through. virt-quota effective says whose it is; one of the two has to go.",
  },
  'not-asked-for': {
    title: 'A limit nobody asked for',
    help: 'An enforcer has a limit that nobody asks for and that libvirt knows nothing of. Find out whose it is before taking it away: libvirt sets it back when it is told its own limits again.',
  },
  'stale-limit': {
    title: 'A limit no longer asked for',
    help: "libvirt's definition has a limit that what is asked no longer contains. Take it away (apply --prune), or ask for it.",
  },
  'counters-exceed': {
    title: 'More than the limit went through',
    help: 'Every layer has the limit, and the counters went beyond it all the same. Something carries traffic or I/O around the enforcer, or it does not work.',
  },
  'neutron-agent-owns-port': {
    title: "Neutron's agent has the port",
    help: "Neutron's agent looks after the port: what is not a policy of Neutron it sets to 0 at any update of the port, and a policy of its own takes the place of every other limit. Limit the port by a QoS policy in Neutron and leave quota:vif_* out of the flavor, or take the policy away: both on one port make the next start fail.",
  },
  'packet-rate-policing': {
    title: 'Packets are policed, not bytes',
    help: 'Open vSwitch is told to police packets on this port (ingress_policing_kpkts_rate), and drops its byte policer for that. Find out who asks for it; without it the byte policer comes back.',
  },
  'queued-elsewhere': {
    title: 'Packets go through another queue',
    help: 'Flows of the bridge put packets into another queue of the port than queue 0, which has the limit. Apply again: the row is written anew without that queue. Find out whose the flow is.',
  },
  'open-vswitch-silent': {
    title: 'Open vSwitch does not answer',
    help: "Open vSwitch's database does not answer, so what it would have the kernel hold cannot be told. Start it, then audit again; nothing is to be applied before.",
  },
  'orphaned-ovs-rows': {
    title: 'Rows of ours that no port has',
    help: "Rows that virt-quota made are left in Open vSwitch's database, and no port has them any more: after a stop and start, or a resize, Nova makes the port anew. They limit nothing. virt-quota port prune takes them away.",
  },
  'policy-beside-vif-quota': {
    title: 'Bandwidth of the flavor and a policy of Neutron',
    help: "The domain has a bandwidth of its flavor on a port that has a QoS policy of Neutron. Nova's next start of the server fails: libvirt cannot set its policer where Open vSwitch has one. Keep one of the two.",
  },
  biting: {
    title: 'The limit is biting',
    help: 'Nothing is wrong: the guest wants more than the limit lets through.',
  },
};

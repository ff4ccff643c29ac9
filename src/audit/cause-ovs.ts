import { ovsRow } from '../observed/ovs.ts';
import type { Rule } from './cause-context.ts';

/** What the kernel must hold cannot be told without the database, and no call of ours or of libvirt's gets through. */
export const ovsSilent: Rule = ({ expectation: { layer, subject } }, { facts }) => {
  const why = layer === 'tc' || layer === 'ovs' ? facts.ovsSilent?.get(subject) : undefined;
  if (why === undefined) return undefined;
  const explanation = `Open vSwitch's database does not answer (${why}), and the kernel does not hold the limit: start Open vSwitch, then audit again`;
  return { cause: 'open-vswitch-silent', explanation, isPastRepair: true };
};

/** @see openvswitch lib/netdev-linux.c:netdev_linux_set_policing */
export const packetRate: Rule = ({ expectation: { layer, subject, knob }, reason }, { facts }) => {
  const row = facts.ovs && ovsRow(facts.ovs.interfaces, 'name', subject);
  const kpkts = row?.ingress_policing_kpkts_rate;
  if (layer !== 'ovs' || !knob.startsWith('ingress_policing') || reason !== 'idle') return undefined;
  const explanation = `ingress_policing_kpkts_rate=${String(kpkts)} has Open vSwitch police packets on ${subject}, and it drops its byte policer for that`;
  const columns = ['ingress_policing_kpkts_rate=0', 'ingress_policing_kpkts_burst=0'];
  const argv = ['ovs-vsctl', 'set', 'Interface', subject, ...columns];
  const repair = { argv, note: 'it is not ours: whoever has set it may set it again' };
  return { cause: 'packet-rate-policing', explanation, repair };
};

/** The evidence is the flow. Written anew, the row has no other queue. */
export const queuedElsewhere: Rule = ({ expectation: { layer, subject, knob }, reason, evidence }) => {
  if (layer !== 'ovs' || knob !== 'qos queues:0' || reason !== 'idle') return undefined;
  const explanation = `packets to ${subject} go through another queue than queue 0, which has the limit: ${evidence?.text ?? ''}`;
  return { cause: 'queued-elsewhere', explanation };
};

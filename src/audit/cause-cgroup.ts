import { idleKnob, isBurstKnob } from '../observed/cgroup-knob.ts';
import type { Rule } from './cause-context.ts';
import { reset } from './cause-systemd.ts';

/** QEMU is in none of libvirt's groups: whoever has moved it, nothing but a start puts it back. */
const outside: Rule = ({ reason, evidence, detail = '' }) => {
  if (reason !== 'idle' || !/^\/proc\/\d+\/cgroup$/.test(evidence?.source ?? '')) return undefined;
  const explanation = `${detail}. libvirt puts it into its groups when it starts, and never again: stop and start the domain`;
  return { cause: 'behind-libvirt', explanation, isPastRepair: true };
};

/** For real-time threads no quota counts. */
const realTime: Rule = ({ reason, evidence, detail = '' }) => {
  const [, id] = /^\/proc\/\d+\/task\/(\d+)\/stat$/.exec(evidence?.source ?? '') ?? [];
  if (reason !== 'idle' || id === undefined) return undefined;
  const explanation = `the limit is there, and does not count: ${detail}`;
  const note = 'where the definition has <vcpusched>, libvirt sets the policy again at the next start';
  const repair = { argv: ['chrt', '--other', '--pid', '0', id], note };
  return { cause: 'behind-libvirt', explanation, repair };
};

/**
 * A thread was moved to another group. libvirt puts threads into their groups when they begin, and never again: none of
 * its calls mends it, nor does an apply.
 */
const deserted: Rule = ({ reason, expectation: { layer, subject }, evidence, detail }) => {
  if (layer !== 'cgroup' || reason !== 'idle') return undefined;
  const what = detail ?? `the thread of ${subject} was moved to another cgroup`;
  const file = evidence?.source.startsWith('/proc/') ? 'the file of its own group' : evidence?.source;
  const explanation = `the limit is there and does not hold all that it is meant for: ${what}. libvirt will not put it back while the domain runs: write its id (of /proc/PID/task) to ${file}`;
  return { cause: 'behind-libvirt', explanation, isPastRepair: true };
};

/** Somebody else is in the group of a vCPU, and uses up what it may use. */
const shared: Rule = ({ expectation: { layer, subject, knob }, observed, evidence }) => {
  if (layer !== 'cgroup' || (knob !== 'cgroup.threads' && knob !== 'tasks')) return undefined;
  const explanation = `${observed?.threads} threads (${evidence?.text}) share what ${subject} may use: write the id of each that is not its own to the file of the group that it belongs to`;
  return { cause: 'not-asked-for', explanation, isPastRepair: true };
};

/** The kernel has no file for a limit, as a group above does not hand the controller down. */
const withoutController: Rule = ({ expectation: { layer, subject }, evidence }) => {
  if (layer !== 'cgroup' || evidence?.source.endsWith('/cgroup.subtree_control') !== true) return undefined;
  const explanation = `the cpu controller is taken away from ${subject}, so that nothing limits it: ${evidence.source} has '${evidence.text}'. Write +cpu to it and to those below it, then the domain's limits into their files again: an apply, or virsh schedinfo, does that`;
  return { cause: 'behind-libvirt', explanation, isPastRepair: true };
};

/** It comes after everything else beside it, whatever its weight is. */
const idleGroup: Rule = ({ expectation: { layer, subject, knob }, evidence }, context) => {
  const { circumstances, facts } = context;
  if (layer !== 'cgroup' || knob !== idleKnob) return undefined;
  const what = `${subject} is an idle group: whatever is beside it goes first, and its weight counts for nothing`;
  const isV2 = facts.cgroupVersion !== 1;
  // systemd writes this file too whenever it sets a weight, as libvirt asks it to; on cgroup v1 nobody does.
  if (subject === 'scope' && circumstances?.unit !== undefined && isV2) {
    return { cause: 'not-asked-for', severity: 'error', explanation: what };
  }
  const unit = isV2 ? circumstances?.outer?.get(subject) : undefined;
  if (unit !== undefined) {
    return { cause: 'not-asked-for', explanation: what, repair: reset(unit.name, 'CPUWeight') };
  }
  const severity = subject === 'scope' && ({ severity: 'error' } as const);
  const explanation = `${what}. Write 0 to ${evidence?.source}, then the weight again`;
  return { cause: 'not-asked-for', ...severity, explanation, isPastRepair: true };
};

/** No call of libvirt sets it, nor takes it back. */
const savedUp: Rule = ({ expectation: { knob }, evidence }) => {
  if (evidence === undefined || !isBurstKnob(knob)) return undefined;
  const explanation = `CPU time that is left of a period is saved up and spent later, beyond the quota: nobody asked for it, and libvirt knows nothing of it. Write 0 to ${evidence.source}`;
  return { cause: 'not-asked-for', explanation, isPastRepair: true };
};

/** A quota of the machine, or of a group around it, which libvirt never writes; of one of these others are held too. */
const around: Rule = ({ expectation: { layer, subject, knob }, observed, evidence }, { circumstances }) => {
  const isQuota = knob === 'cpu.max' || knob === 'cpu.cfs_quota_us';
  if (layer !== 'cgroup' || !isQuota || observed === undefined || evidence === undefined) return undefined;
  if (/^(?:libvirt|emulator|(?:vcpu|iothread)\d+)$/.test(subject)) return undefined;
  const whom =
    subject === 'scope' ? 'the whole domain' : `all that is in ${subject}, this domain among others,`;
  const told = `a quota holds ${whom} to less, which nobody asked for; neither libvirt nor systemd knows of it`;
  const cause = 'not-asked-for';
  const unit = subject === 'scope' ? circumstances?.unit : circumstances?.outer?.get(subject);
  if (unit !== undefined) return { cause, explanation: told, repair: reset(unit.name, 'CPUQuota') };
  const none = knob === 'cpu.max' ? 'max' : '-1';
  return { cause, explanation: `${told}. Write ${none} to ${evidence.source}`, isPastRepair: true };
};

/** What is known of cgroups alone, before anything else is. */
export const cgroupRules: readonly Rule[] = [outside, realTime, deserted, shared, withoutController];

/** The same where systemd was not told so. */
export const cgroupLeftovers: readonly Rule[] = [idleGroup, savedUp, around];

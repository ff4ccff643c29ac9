import { interfaceEnforcer, isOvsHeld } from '../domain/enforcement.ts';
import { findInterface } from '../domain/interface-identity.ts';
import { leakedRows } from '../observed/ovs-rows.ts';
import { plainPolicer } from '../observed/policers.ts';
import { classPath } from '../observed/tc-path/class-path.ts';
import type { PathBreak } from '../observed/tc-path/path.ts';
import { policersOf } from '../observed/tc-policer.ts';
import type { TapLimits } from '../verify/host-facts.ts';
import { policerPath } from '../verify/tap-path.ts';
import type { Verdict } from '../verify/verdict.ts';
import { cgroupLeftovers, cgroupRules } from './cause-cgroup.ts';
import type { CauseContext, Rule } from './cause-context.ts';
import { diskRules } from './cause-disk.ts';
import { neutronAgent } from './cause-neutron.ts';
import { ovsSilent, packetRate, queuedElsewhere } from './cause-ovs.ts';
import { systemdOverride } from './cause-systemd.ts';
import { slippedUnit } from './unit-slip.ts';

/**
 * Up to libvirt 10.2 rows stay when a domain stops; its next life changes those, and its port has none of them. A port
 * that somebody has taken from its row looks the same, and is as deaf to libvirt.
 */
const leaked: Rule = ({ expectation: { layer, subject, parameters } }, { circumstances }) => {
  const rows = layer === 'ovs' ? circumstances?.ovsRows?.get(subject) : undefined;
  const [row, ...more] = rows === undefined ? [] : leakedRows(rows);
  if (rows === undefined || row === undefined) return undefined;
  if (!parameters.some(parameter => parameter.startsWith('inbound'))) return undefined;
  const which = more.length === 0 ? `QoS row ${row} is` : `QoS rows ${[row, ...more].join(', ')} are`;
  const has = rows.attached === undefined ? 'none' : `another, ${rows.attached}`;
  const explanation = `${which} what libvirt finds for ${subject} and changes, left of an earlier life or detached since: the port has ${has}`;
  return { cause: 'leaked-ovs-rows', explanation };
};

/** It is there, and a filter that is none of libvirt's leads packets past it, or lets less through. */
const decidedBefore: Rule = ({ expectation: { layer, subject, knob } }, { facts }) => {
  const tap = layer === 'tc' ? facts.taps?.get(subject) : undefined;
  const found = tap && breakOf(tap, knob);
  // What stands at the root qdisc goes when libvirt makes it anew.
  if (tap === undefined || found?.filter === undefined || !['ingress', 'egress'].includes(found.part))
    return undefined;
  if (found.how === 'unknown') return undefined;
  const { pref, chain } = found.filter;
  const hasClsact = tap.qdiscs?.some(one => one.kind === 'clsact') ?? false;
  const hook = hasClsact ? [found.part] : ['parent', 'ffff:'];
  const place = chain === 0 ? hook : [...hook, 'chain', String(chain)];
  const argv = ['tc', 'filter', 'del', 'dev', subject, ...place, 'pref', String(pref)];
  const repair = { argv, note: 'it is not ours: whoever has set it may set it again' };
  const explanation = `${found.why}; virt-quota effective says whose it is`;
  return { cause: 'decided-before', explanation, repair };
};

function breakOf(tap: TapLimits, knob: string): PathBreak | undefined {
  const own = knob === 'police' ? plainPolicer(policersOf(tap.ingress)) : undefined;
  if (own !== undefined) {
    const found = policerPath(tap, own);
    // What is wrong with libvirt's own filter is set right by libvirt.
    const isOwn = found?.filter?.pref === own.pref && found.filter.chain === own.rule.chain;
    return isOwn ? undefined : found;
  }
  return knob.startsWith('class htb 1:1') ? classPath(tap, '1:1') : undefined;
}

const openVswitchOwnsTap: Rule = ({ expectation }, { definitions: { live }, facts }) => {
  const { layer, device, subject } = expectation;
  if (layer !== 'tc' || device.kind !== 'interface' || !facts.ovsPorts.has(subject)) return undefined;
  const nic = findInterface(live?.interfaces ?? [], device);
  if (nic === undefined || isOvsHeld(interfaceEnforcer(nic))) return undefined;
  const explanation = `${subject} is a port of Open vSwitch, which removes tc state that is not its own`;
  return { cause: 'open-vswitch-owns-tap', explanation, applyOptions: ['--ovs-native'] };
};

/** Its columns are judged for themselves: a tc state that follows a wrong one is not. */
const outOfStep: Rule = ({ expectation }, context) => {
  const { layer, device, subject } = expectation;
  const nic = findInterface(context.definitions.live?.interfaces ?? [], device);
  if (layer !== 'tc' || nic === undefined || !isOvsHeld(interfaceEnforcer(nic))) return undefined;
  if (!isRightInDatabase(expectation, context)) return undefined;
  const explanation = `Open vSwitch's database is right for ${subject}, and tc is not: it writes tc when its database changes, and does not look again`;
  return { cause: 'open-vswitch-out-of-step', explanation };
};

function isRightInDatabase(
  { parameters, subject }: Verdict['expectation'],
  { verdicts }: CauseContext,
): boolean {
  const rows = verdicts.filter(
    ({ expectation: one }) =>
      one.layer === 'ovs' &&
      one.subject === subject &&
      one.parameters.some(parameter => parameters.includes(parameter)),
  );
  return rows.length > 0 && rows.every(one => one.outcome === 'pass');
}

const unexpected: Rule = ({ reason, expectation, observed }) =>
  reason === 'unexpected' ||
  (expectation.because.length === 0 && isUnlimited(expectation.expected) && observed)
    ? { cause: 'not-asked-for', explanation: 'nobody asked for it, and libvirt knows nothing of it' }
    : undefined;

/** A knob of which nothing is expected: absent, 0, or `max`. */
function isUnlimited(expected: Verdict['expectation']['expected']): boolean {
  return Object.entries(expected ?? {}).every(
    ([name, value]) => value === 0 || value === 'max' || name === 'period',
  );
}

/** For links that enforce, in the order in which they are tried. */
export const enforcerRules: readonly Rule[] = [
  ovsSilent,
  packetRate,
  queuedElsewhere,
  neutronAgent,
  leaked,
  decidedBefore,
  openVswitchOwnsTap,
  ...cgroupRules,
  systemdOverride,
  ...diskRules,
  ...cgroupLeftovers,
  unexpected,
  slippedUnit,
  outOfStep,
];

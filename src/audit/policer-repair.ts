import { isLibvirts } from '../observed/policers.ts';
import { policersOf } from '../observed/tc-policer.ts';
import type { HostFacts } from '../verify/host-facts.ts';
import type { Verdict } from '../verify/verdict.ts';
import { hasClsact } from './clsact-repair.ts';
import type { Repair } from './finding.ts';

/**
 * What takes away a policer of which libvirt knows nothing: libvirt 12 leaves its own when an outbound limit is cleared,
 * and clearing it again does no more. Only where nothing else is on that ingress, since the qdisc goes with it.
 */
export function policerRepair(
  { expectation: { layer, knob, subject } }: Verdict,
  taps: HostFacts['taps'],
): Repair | undefined {
  if (layer !== 'tc' || knob !== 'police') return undefined;
  const rules = taps?.get(subject)?.ingress ?? [];
  const [policer] = policersOf(rules);
  if (policer === undefined || rules.length > 1 || !isLibvirts(policer)) return undefined;
  if (hasClsact(taps, subject)) {
    const argv = ['tc', 'filter', 'del', 'dev', subject, 'ingress', 'pref', String(policer.pref)];
    return { argv, note: 'libvirt takes nothing away from clsact' };
  }
  const argv = ['tc', 'qdisc', 'del', 'dev', subject, 'ingress'];
  return { argv, note: 'libvirt 12 leaves its policer when it clears the limit' };
}

import { deviceName } from '../domain/tuning.ts';
import type { Layer } from '../verify/expectation.ts';
import type { Verdict } from '../verify/verdict.ts';

/** How far along the chain a link is: definitions first, then who enforces. */
const depth: Readonly<Record<Layer, number>> = {
  config: 0,
  live: 0,
  cgroup: 1,
  qemu: 1,
  ovs: 1,
  openflow: 1,
  tc: 2,
};

/**
 * The failing links before which nothing fails: what is wrong by itself, not because of something before it. The two
 * definitions do not follow from each other, Open vSwitch's tc state follows from its database.
 */
export function firstBreaks(verdicts: readonly Verdict[]): readonly Verdict[] {
  const failing = verdicts.filter(verdict => verdict.outcome === 'fail');
  return failing.filter(verdict => !failing.some(other => breaksBefore(other, verdict)));
}

function breaksBefore(one: Verdict, other: Verdict): boolean {
  const [first, second] = [one.expectation, other.expectation];
  if (first.layer === 'config' || depth[first.layer] >= depth[second.layer]) return false;
  if (deviceName(first.device) !== deviceName(second.device)) return false;
  return first.parameters.some(parameter => second.parameters.includes(parameter));
}

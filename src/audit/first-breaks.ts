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
 * definitions do not follow from each other, Open vSwitch's tc state follows from its database. Of a device that nothing
 * can limit that comes first: what its definitions have or have not changes nothing.
 */
export function firstBreaks(verdicts: readonly Verdict[]): readonly Verdict[] {
  const hopeless = new Set(
    verdicts.filter(isHopeless).map(verdict => deviceName(verdict.expectation.device)),
  );
  const failing = verdicts.filter(
    ({ outcome, expectation }) =>
      outcome === 'fail' && !(isDefinition(expectation) && hopeless.has(deviceName(expectation.device))),
  );
  return failing.filter(verdict => !failing.some(other => breaksBefore(other, verdict)));
}

function isHopeless({ reason, expectation }: Verdict): boolean {
  return reason === 'no-enforcement-point' && !isDefinition(expectation);
}

function isDefinition({ layer }: Verdict['expectation']): boolean {
  return layer === 'config' || layer === 'live';
}

function breaksBefore(one: Verdict, other: Verdict): boolean {
  const [first, second] = [one.expectation, other.expectation];
  if (first.layer === 'config' || depth[first.layer] >= depth[second.layer]) return false;
  if (deviceName(first.device) !== deviceName(second.device)) return false;
  return first.parameters.some(parameter => second.parameters.includes(parameter));
}

import type { DomainAudit } from '../../audit/domain-audit.ts';
import { deviceName, type LimitName } from '../../domain/tuning.ts';
import type { Verdict } from '../../verify/verdict.ts';

/** Links of one device that could not be read for one reason. */
export interface UnreadLinks {
  readonly device: string;
  /** `tc tap0 police`, each once. */
  readonly knobs: readonly string[];
  /** The limits that are open because of it. */
  readonly parameters: readonly LimitName[];
  readonly why: string;
}

/** Every link of an audit that could not be read or understood, with what and why: what makes limits inconclusive. */
export function unreadLinks({ limits }: DomainAudit): readonly UnreadLinks[] {
  const groups = new Map<string, { device: string; why: string; of: Verdict[] }>();
  const seen = new Set<Verdict>();
  for (const verdict of limits.flatMap(({ verdicts }) => verdicts)) {
    if (verdict.outcome !== 'inconclusive' || seen.has(verdict)) continue;
    seen.add(verdict);
    const device = deviceName(verdict.expectation.device);
    const why = verdict.detail ?? verdict.reason ?? 'no reason given';
    const key = `${device} ${why}`;
    const group = groups.get(key) ?? { device, why, of: [] };
    group.of.push(verdict);
    groups.set(key, group);
  }
  return [...groups.values()].map(({ device, why, of }) => ({
    device,
    why,
    knobs: unique(of.map(({ expectation: { layer, subject, knob } }) => `${layer} ${subject} ${knob}`)),
    parameters: unique(of.flatMap(({ expectation }) => expectation.parameters)),
  }));
}

function unique<T>(all: readonly T[]): readonly T[] {
  return [...new Set(all)];
}

import type { LimitAudit } from '../../audit/limit-audit.ts';
import { overallOutcome } from '../../audit/standing.ts';
import type { Layer } from '../../verify/expectation.ts';
import type { Outcome, Verdict } from '../../verify/verdict.ts';

/** A link of a limit's chain as it is shown. */
export interface ChainLink {
  readonly name: 'asked' | 'persistent' | 'live' | 'enforcer';
  /** `flavor`, `persistent`, `live`, `tc`, `ovs + tc`. */
  readonly label: string;
  /** Absent: it was not looked at, because nothing is expected of it. */
  readonly outcome?: Outcome;
  /** The first one that does not hold. */
  readonly breaks: boolean;
}

/** Which link a layer belongs to. */
export function linkOf(layer: Layer): ChainLink['name'] {
  if (layer === 'config') return 'persistent';
  return layer === 'live' ? 'live' : 'enforcer';
}

/** A limit's way in four links: who asks, the two definitions, who enforces it. */
export function chainOf({ because, verdicts, firstBroken }: LimitAudit): readonly ChainLink[] {
  const broken = firstBroken === undefined ? undefined : verdicts[firstBroken];
  const link = (name: 'persistent' | 'live' | 'enforcer'): ChainLink => {
    const own = verdicts.filter(one => linkOf(one.expectation.layer) === name);
    return {
      name,
      label: name === 'enforcer' ? enforcers(own) : name,
      ...(own.length > 0 && { outcome: overallOutcome(own.map(one => one.outcome)) }),
      breaks: broken !== undefined && own.includes(broken),
    };
  };
  const asked: ChainLink = {
    name: 'asked',
    label: because === undefined ? 'not asked' : 'asked',
    ...(because !== undefined && { outcome: 'pass' }),
    breaks: false,
  };
  return [asked, link('persistent'), link('live'), link('enforcer')];
}

function enforcers(verdicts: readonly Verdict[]): string {
  const layers = [...new Set(verdicts.map(one => one.expectation.layer))];
  return layers.length === 0 ? 'enforcer' : layers.join(' + ');
}

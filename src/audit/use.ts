import type { DomainDefinition } from '../domain/definition.ts';
import type { CounterSamples } from './counters.ts';
import { cpuUse } from './cpu-use.ts';
import { diskUse } from './disk-use.ts';
import type { Finding } from './finding.ts';
import type { LimitAudit } from './limit-audit.ts';
import type { Measured } from './measured.ts';
import { networkUse } from './network-use.ts';
import { severityOf } from './severity.ts';

/** What use is told from. */
export interface UseInput {
  readonly limits: readonly LimitAudit[];
  /** Absent when the domain does not run: nothing is used. */
  readonly live?: DomainDefinition;
  /** Absent: no counters were read. */
  readonly samples?: CounterSamples;
}

/** The use of every limit that somebody counts. */
export function measure({ limits, live, samples }: UseInput): readonly Measured[] {
  if (live === undefined || samples === undefined) return [];
  return limits.flatMap(limit => {
    const { value } = limit;
    if (value === undefined) return [];
    const measurable = { limit, value, limits, live, samples };
    return cpuUse(measurable) ?? diskUse(measurable) ?? networkUse(measurable) ?? [];
  });
}

/** What use says besides: that a limit bites, or that it is passed although every layer has it. */
export function useFindings(
  measured: readonly Measured[],
  limits: readonly LimitAudit[],
): readonly Finding[] {
  return measured.flatMap(one => {
    const { usage } = one;
    const limit = limits.find(
      ({ device, parameter }) => device === usage.device && parameter === usage.parameter,
    );
    if (usage.exceeds && limit?.outcome === 'pass') return [findingOf(one, limit, 'counters-exceed')];
    return usage.isBiting && !usage.exceeds ? [findingOf(one, limit, 'biting')] : [];
  });
}

function findingOf(
  { usage, knob }: Measured,
  limit: LimitAudit | undefined,
  cause: 'counters-exceed' | 'biting',
): Finding {
  const { device, parameter, used, evidence } = usage;
  return {
    cause,
    severity: severityOf(cause),
    explanation:
      cause === 'biting'
        ? bites(usage)
        : 'every layer has the limit, and more went through than it allows with its burst',
    device,
    parameters: [parameter],
    because: limit?.because === undefined ? [] : [limit.because],
    ...knob,
    expected: { [parameter]: usage.limit },
    ...(used !== undefined && { observed: { [parameter]: Math.round(used) } }),
    evidence,
  };
}

function bites({ throttled, ratio }: Measured['usage']): string {
  const percent = (part: number) => `${Math.round(part * 100)} %`;
  const held = throttled === undefined ? '' : `, held back in ${percent(throttled.ratio)} of the cases`;
  return `the guest uses ${ratio === undefined ? 'some' : percent(ratio)} of what it may${held}: it wants more`;
}

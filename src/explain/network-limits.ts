import { limitOf } from '../verify/unlimited.ts';
import type { RuleContext } from './knob-rule.ts';

/** One direction's limits in kB/s, kB/s and KiB: the direction that a knob carries. */
export interface NetworkLimits {
  readonly average: number;
  /** The average where none is given. */
  readonly peak: number;
  readonly burst: number | undefined;
}

/** What a knob of an interface is made from. */
export function networkLimits({ limits, parameters }: RuleContext): NetworkLimits {
  const direction = parameters[0]?.startsWith('outbound') ? 'outbound' : 'inbound';
  const average = limitOf(limits, `${direction}.average`) ?? 0;
  return {
    average,
    peak: limitOf(limits, `${direction}.peak`) ?? average,
    burst: limitOf(limits, `${direction}.burst`),
  };
}

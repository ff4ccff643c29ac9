import type { Diagnostic } from '../diagnostics.ts';
import { fitsTcTicks, maxTcBurstBytes } from '../units.ts';

/** What is to be said of a burst that lasts longer than tc's clock counts; an empty list when it fits. */
export function burstFindings(path: string, rateBps: number, burstBytes: number): readonly Diagnostic[] {
  if (fitsTcTicks(rateBps, burstBytes)) return [];
  const args = { max: maxTcBurstBytes(rateBps), unit: 'bytes' };
  return [{ code: 'burst-outlasts-clock', severity: 'warning', path, value: String(burstBytes), args }];
}

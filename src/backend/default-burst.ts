import type { Diagnostic } from '../diagnostics.ts';
import { fullPacketBytes } from '../intent/least-burst.ts';
import type { BandwidthLimit } from '../intent/port-qos.ts';
import { mtuKbit } from '../intent/port-qos-relations.ts';

/**
 * The burst of an egress limit in kbit, as the Open vSwitch and Linux bridge agents take it: 80 % of the rate where none
 * is given, with what it makes of fractions left to the caller.
 *
 * @see neutron neutron/agent/linux/tc_lib.py:TcCommand.get_ingress_qdisc_burst_value
 */
export function egressBurstKbit({ maxKbps, maxBurstKbit }: BandwidthLimit): number {
  // 0.8 has no exact double: in tenths nothing is lost.
  return maxBurstKbit ?? (maxKbps * 8) / 10;
}

/** A default burst below one packet lets no full packet through. */
export function defaultBurstFindings(path: string, limit: BandwidthLimit): readonly Diagnostic[] {
  const kbit = Math.floor(egressBurstKbit(limit));
  if (limit.maxBurstKbit !== undefined || kbit === 0 || kbit >= mtuKbit) return [];
  const args = { min: mtuKbit, unit: 'kbit' };
  return [belowMtu(path, kbit, args)];
}

/** A bucket of bytes below one packet, which a back end takes as it is. */
export function smallBurstFindings(path: string, bytes: number): readonly Diagnostic[] {
  return bytes >= fullPacketBytes ? [] : [belowMtu(path, bytes, { min: fullPacketBytes, unit: 'bytes' })];
}

function belowMtu(path: string, burst: number, args: Diagnostic['args'] & {}): Diagnostic {
  return { code: 'burst-below-mtu', severity: 'warning', path: `${path} burst`, value: String(burst), args };
}

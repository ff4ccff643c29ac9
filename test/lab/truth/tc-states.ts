import { diceOf } from './dice.ts';
import type { State } from './state.ts';
import { inbound } from './tc-inbound.ts';
import { type Numbers, outbound } from './tc-outbound.ts';

/** Devices of one place: its tap, one beside it, and an ifb. */
export interface Devices {
  readonly tap: string;
  readonly partner: string;
  readonly ifb: string;
}

/** What each place's tap is asked to hold. */
export interface TapLimits {
  readonly inbound: Numbers;
  readonly outbound: Numbers;
}

/** kbit/s and KiB: those with odd numbers have a peak, which no guest on a plain tap gets. */
export function tapLimits(slot: number): TapLimits {
  const usual = { rate: 256, burst: 8 };
  return { inbound: slot % 2 === 0 ? usual : { ...usual, ceil: 512 }, outbound: usual };
}

/** A random state of what tc has on one tap. */
export function tcState(seed: number, number: number, slot: number, devices: Devices): State {
  const dice = diceOf(seed, number);
  const limits = tapLimits(slot);
  const to = inbound(dice, limits.inbound);
  const from = outbound(dice, limits.outbound);
  const lines = ordered([...to.lines, ...from.lines]).map(line => placed(line, devices, slot));
  return {
    number,
    area: 'tc',
    slot,
    what: [`inbound: ${to.what.join('; ')}`, `outbound: ${from.what.join('; ')}`].map(text =>
      placed(text, devices, slot),
    ),
    script: lines.map(line => `tc ${line}`),
    ...(from.hasPartner && { hasPartner: true }),
  };
}

/**
 * A device has clsact or an ingress qdisc, never both. With clsact the hook has another name; where it is a block's, filters
 * are the block's.
 */
function ordered(lines: readonly string[]): readonly string[] {
  const clsact = 'qdisc add dev T clsact';
  const isBlock = lines.some(line => line.startsWith('qdisc add dev T ingress_block'));
  const isClsact = !isBlock && lines.includes(clsact);
  const hook = isBlock ? 'block N' : isClsact ? 'dev T ingress' : 'dev T parent ffff:';
  const others = lines.filter(line => {
    if (line === clsact) return false;
    if (isBlock) return !line.includes(' egress ');
    return !isClsact || line !== 'qdisc add dev T ingress';
  });
  return [...(isClsact ? [clsact] : []), ...others].map(line => line.replace(/\bHOOK\b/, hook));
}

function placed(line: string, { tap, partner, ifb }: Devices, slot: number): string {
  return line
    .replace(/\bT\b/g, tap)
    .replace(/\bP\b/g, partner)
    .replace(/\bI\b/g, ifb)
    .replace(/\bN\b/g, String(70 + slot));
}

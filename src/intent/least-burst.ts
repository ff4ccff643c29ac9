import { bytesIn } from '../units.ts';

/** One full packet of Ethernet, in bytes: a policer with a smaller burst lets none through. */
export const fullPacketBytes = 1500;

/**
 * So many ms a burst has to last at its rate: who looks at it only as often as that (a kernel with a timer of 100 Hz) gives
 * less than the rate with a smaller one.
 *
 * @see iproute2 man/man8/tc-tbf.8, "burst"
 */
const LEAST_MS = 10;

/** The smallest burst in bytes with which a rate in B/s is reached, in full packets. */
export function leastBurstBytes(rateBps: number): number {
  return Math.max(fullPacketBytes, bytesIn(rateBps, LEAST_MS));
}

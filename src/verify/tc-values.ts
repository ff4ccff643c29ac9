import { isAtLeast } from '../observed/iproute2-version.ts';
import {
  bytesToOvsTicks,
  bytesToTcTicks,
  fitsTcTicks,
  rateInTcText,
  sizeInTcText,
  type TcRounding,
  tcTicksToBytes,
} from '../units.ts';
import type { Expectation } from './expectation.ts';
import type { HostFacts } from './host-facts.ts';

/** Values that a class or policer must show, and how far what tc shows may be off. */
export type TcValues = Required<Pick<Expectation, 'expected'>> & Pick<Expectation, 'tolerance'>;

/** What of a host decides how tc rounds. */
export type TcFacts = Pick<HostFacts, 'iproute2'>;

/** A rate limit as tc holds it. */
export interface TcLimit {
  readonly rateBps: number;
  /** Absent: a policer has no ceil, and Open vSwitch's root class no burst of its own. */
  readonly ceilBps?: number;
  readonly burstBytes?: number;
  /** Who told the kernel: it decides how the burst is rounded. */
  readonly writer: 'tc' | 'ovs';
}

/** Whether tc answers JSON with exact numbers for classes; policers are always text. */
export function classesAreExact(facts: TcFacts): boolean {
  return facts.iproute2 !== undefined && isAtLeast(facts.iproute2, 6, 2);
}

/** What tc on this host must show of a limit, by iproute2's own arithmetic. */
export function tcValues(limit: TcLimit, exact: boolean, facts: TcFacts): TcValues {
  const { rateBps, ceilBps } = limit;
  const burstBytes = shownBurst(limit, facts);
  const expected = {
    rateBps,
    ...(ceilBps !== undefined && { ceilBps }),
    ...(burstBytes !== undefined && { burstBytes }),
  };
  const lost = [
    ['rateBps', exact ? 0 : rateBps - rateInTcText(rateBps)],
    ['ceilBps', exact || ceilBps === undefined ? 0 : ceilBps - rateInTcText(ceilBps)],
    ['burstBytes', burstBytes === undefined ? 0 : burstTolerance(rateBps, burstBytes, exact)],
  ] as const;
  const values = Object.fromEntries(lost.filter(([, bytes]) => bytes > 0));
  if (Object.keys(values).length === 0) return { expected };
  return { expected, tolerance: { values, reason: 'tc keeps a burst in ticks and rounds what it prints' } };
}

function shownBurst({ rateBps, burstBytes, writer }: TcLimit, facts: TcFacts): number | undefined {
  // A burst that does not fit is not what the kernel holds, whatever it makes of it: that has to show.
  if (burstBytes === undefined || !fitsTcTicks(rateBps, burstBytes)) return burstBytes;
  const rounding = roundingOf(facts);
  const ticks =
    writer === 'ovs' ? bytesToOvsTicks(rateBps, burstBytes) : bytesToTcTicks(rateBps, burstBytes, rounding);
  return tcTicksToBytes(rateBps, ticks, rounding);
}

/** iproute2 6.15 computes bursts exactly (d947f365); before, it cut them to whole µs on both ways. */
export function roundingOf(facts: TcFacts): TcRounding {
  return facts.iproute2 !== undefined && isAtLeast(facts.iproute2, 6, 15) ? 'exact' : 'truncating';
}

/** libvirt may run with another tc than this host's (in a container): then up to 2 µs of the rate are between both. */
function burstTolerance(rateBps: number, burstBytes: number, exact: boolean): number {
  const lost = exact ? 0 : Math.abs(burstBytes - sizeInTcText(burstBytes));
  return lost + Math.ceil((2 * rateBps) / 1e6);
}

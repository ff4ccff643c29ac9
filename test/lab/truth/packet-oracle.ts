import type { Reality } from './state.ts';
import type { Flow, Passage } from './traffic.ts';

/** What one direction of a device may let through. */
export interface Allowed {
  /** Bytes a second in the long run. */
  readonly rate: number;
  /** Bytes at once. */
  readonly burst: number;
}

/** What a direction came to. */
export interface Measured {
  readonly reality: Reality;
  /** More than the limit lets through passed in the whole time: no pause of the machine makes that. */
  readonly isMore: boolean;
  /** Bytes a second that passed in the second half, when what was saved up is used up. */
  readonly rate: number;
  /** Some sorts of frames come through whole, others do not: then the rate says nothing of what would pass. */
  readonly isMixed: boolean;
  /** In words. */
  readonly text: string;
}

/** A queue, a timer that is late and whole packets make so much difference; what a state does to a rate is more. */
const more = 1.25;
const less = 0.72;
/** Two of the largest frames. */
const slack = 2 * 2974;

/**
 * Decides by what arrived alone: whether that is more than the limit lets through, or clearly less. Frames of one sort that
 * all arrive, where others do not, go past the limit even if they are too few to tell by their bytes.
 */
export function measuredOf({ flows, seconds }: Passage, { rate, burst }: Allowed): Measured {
  const [first, second] = [0, 1].map(half => flows.reduce((sum, flow) => sum + (flow.halves[half] ?? 0), 0));
  const passed = (second ?? 0) / seconds[1];
  const total = (first ?? 0) + (second ?? 0);
  const most = (burst + rate * (seconds[0] + seconds[1])) * 1.15 + slack;
  const unhindered = flows.filter(flow => flow.sent >= 8 && bytesOf(flow) > flow.offered * 0.97);
  // What little others leave of the limit may come through whole: only where there is too much of it that says something.
  const wanted = flows.filter(flow => flow.arrived > 0).reduce((sum, flow) => sum + flow.offered, 0);
  const isTooMuch = wanted > most * 1.5;
  const shut = flows.filter(flow => flow.arrived === 0);
  const isShut = (sort: string) => shut.some(flow => flow.sort === sort);
  // A machine that is too slow to send enough shows no limit that is not reached.
  const offered = flows.reduce((sum, flow) => sum + flow.offered, 0) / (seconds[0] + seconds[1]);
  const isLittle = offered < rate * 1.3;
  const words = [
    `${Math.round(passed)} B/s of ${rate}`,
    `${total} B of at most ${Math.round(most)}`,
    ...(unhindered.length > 0 ? [`all of ${unhindered.map(flow => flow.sort)}`] : []),
    ...(shut.length > 0 ? [`none of ${shut.map(flow => flow.sort)}`] : []),
  ];
  const isPast = passed > rate * more || total > most || (isTooMuch && unhindered.length > 0);
  // Where all of TCP is shut out, large packets are as well.
  const isStricter = passed < rate * less || (isShut('gso') && !isShut('tcp'));
  const within = isLittle ? 'unmeasured' : isStricter ? 'stricter' : shut.length > 0 ? 'partly' : 'held';
  return {
    reality: isPast ? 'past' : within,
    isMore: total > most,
    rate: passed,
    isMixed: unhindered.length > 0 && unhindered.length < flows.length,
    text: words.join(', '),
  };
}

function bytesOf({ halves }: Flow): number {
  return halves[0] + halves[1];
}

import type { Judged, Reality, Said } from './state.ts';

/** What a verdict and what really is come to together. */
export type Judgement = 'lie' | 'false alarm' | 'right' | 'open';

/**
 * A pass where more goes through than asked, or clearly less, is a lie; a failure where it holds exactly is a false alarm.
 * Inconclusive is never wrong, and either is right where it holds and other frames are dropped.
 */
export function judgementOf({ said, reality }: Pick<Judged, 'said' | 'reality'>): Judgement {
  if (said === 'inconclusive' || reality === 'partly' || reality === 'unmeasured') return 'open';
  if (said === 'pass') return reality === 'held' ? 'right' : 'lie';
  return reality === 'held' ? 'false alarm' : 'right';
}

const realities: readonly Reality[] = ['held', 'past', 'stricter', 'partly', 'unmeasured'];
const sayings: readonly Said[] = ['pass', 'fail', 'inconclusive'];

/** How often each was said where each was so. */
export function matrixOf(all: readonly Judged[]): string {
  const row = (head: string, cells: readonly (string | number)[]) =>
    head.padEnd(14) + cells.map(cell => String(cell).padStart(11)).join('');
  const count = (said: Said, reality: Reality) =>
    all.filter(one => one.said === said && one.reality === reality).length;
  return [
    row('', realities),
    ...sayings.map(said =>
      row(
        said,
        realities.map(reality => count(said, reality)),
      ),
    ),
  ].join('\n');
}

/** Why it was inconclusive where the limit held, most often first. */
export function reasonsLeftOpen(all: readonly Judged[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const { said, reality, reasons } of all) {
    if (said !== 'inconclusive' || reality !== 'held') continue;
    for (const reason of new Set(reasons.map(withoutNames)))
      counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  return [...counts].sort((one, other) => other[1] - one[1]).map(([reason, times]) => `${times} × ${reason}`);
}

function withoutNames(reason: string): string {
  return reason.replace(/\b(?:tap|vq[pi])[\w-]+/g, 'DEV').replace(/\d+/g, 'N');
}

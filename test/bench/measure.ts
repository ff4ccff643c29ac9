import type { Quoted, Row, Side } from './row.ts';

/** Time of one piece of work, in µs. */
export interface Spread {
  readonly side: string;
  readonly samples: number;
  readonly medianUs: number;
  readonly minUs: number;
  readonly maxUs: number;
  /** Between the first and the third quartile. */
  readonly iqrUs: number;
}

/** A peer's time, and how many times ours it is: above 1 we are faster. */
export interface PeerResult extends Spread {
  readonly ratio: number;
}

/** A figure measured elsewhere, and how many times ours it is. */
export interface QuotedResult extends Quoted {
  readonly ratio: number;
}

export interface RowResult {
  readonly row: string;
  readonly ours: Spread;
  readonly peers: readonly PeerResult[];
  readonly quoted: readonly QuotedResult[];
}

/** How long to measure. */
export interface Budget {
  /** For one row, all sides together, warm-up included. */
  readonly rowMs: number;
  /** Fewer samples than this are not taken, whatever they cost. */
  readonly minSamples: number;
  /** A sample repeats quick work until it has taken about this long, so that the clock does not count. */
  readonly sampleMs: number;
}

const SLOW_SAMPLES = 7;

interface Runner {
  readonly side: Side;
  readonly repeat: number;
  readonly timesUs: number[];
}

/** Measures the sides of a row in turn, so that what disturbs the machine disturbs all of them. */
export async function measure(row: Row, budget: Budget): Promise<RowResult> {
  const { name, ours, peers, quoted = [] } = row;
  const minSamples = row.isSlow
    ? (row.samples ?? SLOW_SAMPLES)
    : Math.max(budget.minSamples, row.minSamples ?? 0);
  const end = performance.now() + budget.rowMs;
  const runners: Runner[] = [];
  for (const side of [ours, ...peers])
    runners.push({
      side,
      repeat: await warmedUp(row, side, budget),
      timesUs: [],
    });
  for (let round = 0; round < minSamples || performance.now() < end; round += 1) {
    for (const { side, repeat, timesUs } of runners) timesUs.push(await sample(side, repeat));
  }
  const [first, ...rest] = runners.map(({ side, timesUs }) => spread(side.name, timesUs));
  if (first === undefined) throw new Error(`row '${name}' has no side`);
  return {
    row: name,
    ours: first,
    peers: rest.map(peer => ({ ...peer, ratio: peer.medianUs / first.medianUs })),
    quoted: quoted.map(one => ({ ...one, ratio: one.medianUs / first.medianUs })),
  };
}

/** How often to repeat it in one sample. What is counted in few samples takes too long to be done once more. */
async function warmedUp({ isSlow, samples }: Row, side: Side, { sampleMs }: Budget): Promise<number> {
  if (!isSlow) return warmUp(side, sampleMs);
  if (samples === undefined) await side.run();
  return 1;
}

/** Runs it until it is warm; tells how often to repeat it in one sample. */
async function warmUp(side: Side, sampleMs: number): Promise<number> {
  await side.run();
  const oneUs = await sample(side, 3);
  const repeat = Math.max(1, Math.round((sampleMs * 1000) / oneUs));
  await sample(side, repeat);
  return repeat;
}

async function sample(side: Side, repeat: number): Promise<number> {
  const began = performance.now();
  for (let left = repeat; left > 0; left -= 1) await side.run();
  return ((performance.now() - began) * 1000) / repeat;
}

function spread(side: string, timesUs: readonly number[]): Spread {
  const sorted = timesUs.toSorted((a, b) => a - b);
  return {
    side,
    samples: sorted.length,
    medianUs: quantile(sorted, 0.5),
    minUs: quantile(sorted, 0),
    maxUs: quantile(sorted, 1),
    iqrUs: quantile(sorted, 0.75) - quantile(sorted, 0.25),
  };
}

/** Between neighbours in proportion. */
function quantile(sorted: readonly number[], part: number): number {
  const at = part * (sorted.length - 1);
  const below = sorted[Math.floor(at)] ?? Number.NaN;
  const above = sorted[Math.ceil(at)] ?? Number.NaN;
  return below + (above - below) * (at - Math.floor(at));
}

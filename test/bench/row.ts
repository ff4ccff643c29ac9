/** One way to do a piece of work. */
export interface Side {
  readonly name: string;
  /** Does it once. */
  run(): Promise<unknown>;
}

/** The same work done by us and by others, measured in turn. */
export interface Row {
  readonly name: string;
  readonly ours: Side;
  readonly peers: readonly Side[];
  /** What is not run, only compared with. */
  readonly quoted?: readonly Quoted[];
  /** It takes seconds: done once to warm up and once a sample, at least seven times. */
  readonly isSlow?: true;
  /** With `isSlow`: exactly so many samples. */
  readonly samples?: number;
  /** At least so many samples, where that is more than usual. */
  readonly minSamples?: number;
}

/** A figure measured elsewhere. */
export interface Quoted {
  readonly name: string;
  readonly medianUs: number;
}

/** Rows that share what they run against. */
export interface Suite {
  readonly name: string;
  readonly rows: readonly Row[];
  /** What is to be told besides times, at the end where it is only known then. */
  readonly notes?: readonly string[] | (() => readonly string[]);
  stop(): Promise<void>;
}

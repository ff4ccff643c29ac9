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
}

/** Rows that share what they run against. */
export interface Suite {
  readonly name: string;
  readonly rows: readonly Row[];
  stop(): Promise<void>;
}

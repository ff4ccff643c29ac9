/** What outlives a process: locks that end with it, and texts that are safe on disk before a call returns. */
export interface StateFolder {
  /**
   * Takes the lock of a name, or fails at once. It ends with `release`, and with this process however that ends.
   * @throws QuotaError `locked` when another process has it
   */
  lock(name: string): Promise<Lock>;
  /** Keeps a text under a name, in place of what was there; on disk when it returns. @throws QuotaError `refused` */
  save(name: string, text: string): Promise<void>;
  /** undefined: nothing of that name. @throws QuotaError `refused` */
  load(name: string): Promise<string | undefined>;
  /** Forgets a text; one that is not there is no error. */
  remove(name: string): Promise<void>;
  /** Where the text of a name is kept, to be told to people. */
  locate(name: string): string;
  /** Names of all texts, sorted. */
  names(): Promise<readonly string[]>;
}

/** A lock that was taken. */
export interface Lock {
  release(): Promise<void>;
}

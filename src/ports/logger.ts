/** Told what is going on; each message is one line without an end. Never told secrets. */
export interface Logger {
  /** Each call and look, for finding out why. */
  debug(message: string): void;
  /** What is being done now: progress. */
  info(message: string): void;
  /** What went wrong without stopping the work. */
  warn(message: string): void;
}

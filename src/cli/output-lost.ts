const listeners = new Set<() => void>();

/** Calls back when nothing more can be printed; the result ends that. */
export function onOutputLost(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Tells those who are in the middle of something. Whether there is anybody. */
export function tellOutputLost(): boolean {
  for (const listener of listeners) listener();
  return listeners.size > 0;
}

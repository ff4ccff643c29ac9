const exitCodes = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;
const cleanups = new Set<() => void | Promise<void>>();
let listening = false;
let leaving = false;

/**
 * Has something undone when the program is interrupted. What is registered last is undone first; then the program
 * exits as a shell expects it to after that signal.
 *
 * @returns takes the registration back.
 */
export function onInterrupt(cleanup: () => void | Promise<void>): () => void {
  listen();
  cleanups.add(cleanup);
  return () => cleanups.delete(cleanup);
}

/** Never returns when the program is about to exit because of an interrupt: what fails meanwhile fails for that reason. */
export function unlessInterrupted(): Promise<void> {
  return leaving ? new Promise(() => {}) : Promise.resolve();
}

function listen(): void {
  if (listening) return;
  listening = true;
  for (const [signal, code] of Object.entries(exitCodes)) process.once(signal, () => void leave(code));
}

async function leave(code: number): Promise<never> {
  leaving = true;
  for (const cleanup of [...cleanups].reverse()) {
    await Promise.resolve(cleanup()).catch((error: unknown) =>
      process.stderr.write(`lab: ${String(error)}\n`),
    );
  }
  process.exit(code);
}

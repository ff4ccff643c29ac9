import { setTimeout as sleep } from 'node:timers/promises';
import { localHost, localHostWriter } from '../host/local-host.ts';
import type { HostSurroundings } from '../workflow/surroundings.ts';
import { loggerOf, onInterrupt } from './connection.ts';
import { processState } from './state.ts';
import type { Terminal } from './terminal.ts';

/** Does work on this machine without libvirt; Ctrl-C asks it to stop, a second one ends the process. */
export async function onThisHost<T>(
  terminal: Terminal,
  work: (surroundings: HostSurroundings) => Promise<T>,
): Promise<T> {
  const interruption = onInterrupt();
  try {
    return await work({
      host: localHost(),
      hostWriter: localHostWriter(),
      wait: milliseconds => sleep(milliseconds),
      signal: interruption.signal,
      logger: loggerOf(terminal),
      state: processState(),
    });
  } finally {
    interruption.stop();
    terminal.clearProgress();
  }
}

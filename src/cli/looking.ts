import type { CapturePlace } from '../host/capture-archive.ts';
import type { ReadSurroundings } from '../workflow/surroundings.ts';
import { type ConnectOptions, connected, onInterrupt } from './connection.ts';
import type { Terminal } from './terminal.ts';

/** Options of every command that only looks, at a hypervisor or at what was captured of one. */
export interface LookOptions extends ConnectOptions {
  /** A captured host, a folder or a tar file, which may be compressed; absent: the one that is connected to. */
  readonly host?: string;
}

/** Does work that only reads, on a captured host or a running one. @throws QuotaError */
export async function looking<T>(
  options: LookOptions,
  terminal: Terminal,
  work: (surroundings: ReadSurroundings) => Promise<T>,
): Promise<T> {
  if (options.host === undefined) return connected({ ...options, readOnly: true }, terminal, work);
  return inCapture(options.host, async (place, signal) => {
    const { capturedSurroundings } = await import('./captured-surroundings.ts');
    return work({ ...(await capturedSurroundings(place)), signal });
  });
}

/**
 * Does work in a capture. Until it is opened a Ctrl-C ends the process at once, as there is nothing to take back; after
 * that the work is told.
 */
export async function inCapture<T>(
  path: string,
  work: (place: CapturePlace, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { openCapture } = await import('../host/capture-archive.ts');
  const capture = await openCapture(path);
  const interruption = onInterrupt();
  try {
    return await work(capture.place, interruption.signal);
  } finally {
    interruption.stop();
    await capture.close();
  }
}

import type { ReadSurroundings } from '../workflow/surroundings.ts';
import { type ConnectOptions, connected, onInterrupt } from './connection.ts';
import type { Terminal } from './terminal.ts';

/** Options of every command that only looks, at a hypervisor or at what was captured of one. */
export interface LookOptions extends ConnectOptions {
  /** A captured host, a folder or a tar file; absent: the one that is connected to. */
  readonly host?: string;
}

/** Does work that only reads, on a captured host or a running one. @throws QuotaError */
export async function looking<T>(
  options: LookOptions,
  terminal: Terminal,
  work: (surroundings: ReadSurroundings) => Promise<T>,
): Promise<T> {
  if (options.host === undefined) return connected({ ...options, readOnly: true }, terminal, work);
  return inCapture(options.host, async (folder, signal) => {
    const { capturedSurroundings } = await import('./captured-surroundings.ts');
    return work({ ...(await capturedSurroundings(folder)), signal });
  });
}

/** Does work in the folder of a capture; what was unpacked is removed whatever happens, a Ctrl-C too. */
export async function inCapture<T>(
  path: string,
  work: (folder: string, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const interruption = onInterrupt();
  try {
    const { openCapture } = await import('../host/capture-archive.ts');
    const capture = await openCapture(path);
    return await work(capture.folder, interruption.signal).finally(() => capture.close());
  } finally {
    interruption.stop();
  }
}

import { openCapture } from '../host/capture-archive.ts';
import { capturedHost, capturedHypervisor } from '../host/captured.ts';
import { loadRecording } from '../host/recording.ts';
import type { ReadSurroundings } from '../workflow/surroundings.ts';
import { type ConnectOptions, connected } from './connection.ts';
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
  const capture = await openCapture(options.host);
  try {
    const recording = await loadRecording(capture.folder);
    return await work({ hypervisor: capturedHypervisor(recording), host: capturedHost(recording) });
  } finally {
    await capture.close();
  }
}

/** What a finished command left. */
export interface CommandResult {
  /** Exit status; 127 when the program is not there. */
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The hypervisor's file system and read commands, as far as verification reads them. */
export interface HostReader {
  /**
   * The whole text of a file.
   * @returns undefined when there is no such file.
   * @throws HostReadError when it is there and cannot be read (permission, too large, I/O error).
   */
  readFile(path: string): Promise<string | undefined>;
  /** Names in a folder, sorted; undefined when there is no such folder. @throws HostReadError */
  listFolder(path: string): Promise<readonly string[] | undefined>;
  /** Runs a command (argv, no shell) that changes nothing. @throws HostReadError on timeout or missing program. */
  run(argv: readonly string[]): Promise<CommandResult>;
}

/** The few commands by which virt-quota writes to the hypervisor's host itself, and not through libvirt. */
export interface HostWriter {
  /**
   * Runs a command (argv, no shell). It is not ended by an interruption: what was begun is known to be done or not.
   * @param input what it reads from its standard input; absent: nothing
   * @throws HostReadError on timeout, missing program, or a command that is none of those allowed
   */
  run(argv: readonly string[], input?: string): Promise<CommandResult>;
}

/** Something on the host is there but cannot be seen. The message is the reason, fit for a report. */
export class HostReadError extends Error {
  override readonly name = 'HostReadError';
}

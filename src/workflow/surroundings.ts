import type { HostReader, HostWriter } from '../ports/host.ts';
import type { Hypervisor, HypervisorReader } from '../ports/hypervisor.ts';
import type { Logger } from '../ports/logger.ts';
import type { StateFolder } from '../ports/state.ts';

/** What a reading workflow works with. */
export interface ReadSurroundings {
  readonly hypervisor: HypervisorReader;
  /** The hypervisor's own files and commands; absent when libvirt is on another machine. */
  readonly host?: HostReader;
  readonly signal?: AbortSignal;
  readonly logger?: Logger;
  /** The time of day, for records of what was asked; absent: the machine's. */
  readonly now?: () => Date;
}

/** What a writing workflow works with. */
export interface WriteSurroundings extends ReadSurroundings {
  readonly hypervisor: Hypervisor;
  /** For what is written to the host and not to libvirt; absent: then nothing is. */
  readonly hostWriter?: HostWriter;
  /** Waits; a parameter so that nothing here depends on the clock. */
  readonly wait: (milliseconds: number) => Promise<void>;
  /**
   * Keeps two applies on one domain apart, and tells after a killed one what it was in the middle of. Absent: neither;
   * then a caller sees to it that nobody else changes the domain.
   */
  readonly state?: StateFolder;
}

/** What a workflow works with that changes the host itself: no libvirt. */
export interface HostSurroundings {
  readonly host: HostReader;
  readonly hostWriter: HostWriter;
  readonly wait: (milliseconds: number) => Promise<void>;
  readonly signal?: AbortSignal;
  readonly logger?: Logger;
  /** As of {@link WriteSurroundings}. */
  readonly state?: StateFolder;
  readonly now?: () => Date;
}

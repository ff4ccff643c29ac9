import type { HostReader } from '../ports/host.ts';
import type { Hypervisor, HypervisorReader } from '../ports/hypervisor.ts';

/** What a reading workflow works with. */
export interface ReadSurroundings {
  readonly hypervisor: HypervisorReader;
  /** The hypervisor's own files and commands; absent when libvirt is on another machine. */
  readonly host?: HostReader;
  readonly signal?: AbortSignal;
  /** Told what is going on, for progress; one short line, lower case. */
  readonly progress?: (what: string) => void;
}

/** What a writing workflow works with. */
export interface WriteSurroundings extends ReadSurroundings {
  readonly hypervisor: Hypervisor;
  /** Waits; a parameter so that nothing here depends on the clock. */
  readonly wait: (milliseconds: number) => Promise<void>;
}

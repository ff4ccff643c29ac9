import type { CommandResult } from '../ports/host.ts';
import type { DomainState, HypervisorInfo, Scope } from '../ports/hypervisor.ts';

/** What a read gave. `absent`: no such file or folder. `error`: why it could not be read. */
export type Recorded<T> = { readonly value: T } | { readonly absent: true } | { readonly error: string };

/** Numbers and names by libvirt's names: of a disk's throttle, of what disks have counted. */
export type IoTuneAnswer = Readonly<Record<string, number | string>>;

/**
 * What was read of a hypervisor, to be looked up piece by piece: a recording in memory, a capture that was saved. Each
 * answer is undefined for what was not recorded. All throw QuotaError `invalid-input` when a capture is not one.
 */
export interface RecordedSource extends RecordedLibvirt {
  file(path: string): Promise<Recorded<string> | undefined>;
  folder(path: string): Promise<Recorded<readonly string[]> | undefined>;
  command(argv: readonly string[]): Promise<Recorded<CommandResult> | undefined>;
}

/** What libvirt told of a hypervisor. */
export interface RecordedLibvirt {
  info(): Promise<HypervisorInfo | undefined>;
  /** Of all domains. */
  states(): Promise<readonly DomainState[]>;
  /** Of one of them, without looking at the others. */
  state(uuid: string): Promise<DomainState | undefined>;
  /** @param uuid of one of the domains */
  xml(uuid: string, scope: Scope): Promise<Recorded<string> | undefined>;
  ioTune(uuid: string, target: string): Promise<Recorded<IoTuneAnswer> | undefined>;
  diskStats(uuid: string): Promise<Recorded<IoTuneAnswer> | undefined>;
}

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

/** What libvirt told of one domain. */
export interface RecordedDomain {
  readonly state: DomainState;
  readonly xml: Map<Scope, Recorded<string>>;
  /** By disk target. */
  readonly ioTune: Map<string, Recorded<IoTuneAnswer>>;
  /** Under `block`: what all its disks have counted. */
  readonly stats: Map<'block', Recorded<IoTuneAnswer>>;
}

/** All that was read of a hypervisor, and nothing else. Grows while it is recorded to. */
export interface Recording {
  /** By path. */
  readonly files: Map<string, Recorded<string>>;
  readonly folders: Map<string, Recorded<readonly string[]>>;
  /** By argv as JSON. */
  readonly commands: Map<string, Recorded<CommandResult>>;
  /** At most one. */
  readonly info: HypervisorInfo[];
  /** By UUID. */
  readonly domains: Map<string, RecordedDomain>;
}

/** A domain as calls name it. libvirt finds it by `uuid`; name and id are for its messages. */
export interface Domain {
  readonly name: string;
  /** With dashes, lower case. */
  readonly uuid: string;
  /** Changes at every start. Absent when the domain is not running. */
  readonly id?: number;
}

/** `virDomainState`. */
export type DomainStateName =
  | 'nostate'
  | 'running'
  | 'blocked'
  | 'paused'
  | 'shutdown'
  | 'shutoff'
  | 'crashed'
  | 'pmsuspended'
  | 'unknown';

/** What {@link DomainCalls.getState} tells. */
export interface DomainStatus {
  readonly state: DomainStateName;
  /** Why, a number of libvirt's `virDomain<State>Reason`; 0 is unknown. */
  readonly reason: number;
}

/** What {@link DomainCalls.getInfo} tells. */
export interface DomainInfo {
  readonly state: DomainStateName;
  readonly maxMemoryKib: number;
  readonly memoryKib: number;
  readonly vcpus: number;
  /** CPU time used since start, in ns. */
  readonly cpuTimeNs: bigint;
}

/** For one call. */
export interface CallOptions {
  /** Instead of the connection's `callTimeoutMs`; 0 waits for ever. */
  readonly timeoutMs?: number;
}

/** Which definition a call means; neither: the live one of a running domain, else the persistent one. */
export interface AffectOptions extends CallOptions {
  readonly live?: boolean;
  readonly config?: boolean;
}

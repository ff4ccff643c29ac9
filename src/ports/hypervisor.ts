import type { BandwidthParameter } from '../domain/bandwidth.ts';
import type { BlkioTuneParameter, HostDeviceParameter } from '../domain/blkiotune.ts';
import type { CpuTuneParameter } from '../domain/cputune.ts';
import type { IoTune } from '../domain/iotune.ts';
import type { MemTune } from '../domain/memtune.ts';

/** Which of libvirt's two definitions a call means. */
export type Scope = 'live' | 'config';

/** A domain as calls name it. */
export interface DomainRef {
  readonly name: string;
  readonly uuid: string;
  /** Absent when the domain is not running. */
  readonly id?: number;
}

/** What a domain does, in virsh's words; `no state` when libvirt does not say. */
export const runStates = [
  'no state',
  'running',
  'idle',
  'paused',
  'in shutdown',
  'shut off',
  'crashed',
  'pmsuspended',
] as const;

/** One of them. */
export type RunState = (typeof runStates)[number];

/** Identity and state of a domain at one moment. */
export interface DomainState extends DomainRef {
  readonly active: boolean;
  readonly persistent: boolean;
  /** Absent in captures that do not have it. */
  readonly runState?: RunState;
}

/** What libvirt says of itself. Versions as libvirt counts: 9.0.0 is 9000000. */
export interface HypervisorInfo {
  /** The driver: `QEMU`, `Test`, … */
  readonly driver: string;
  readonly uri: string;
  readonly libvirtVersion: number;
}

/** Reading side of libvirt. All calls throw QuotaError: `not-found`, `unreachable`, `refused`. */
export interface HypervisorReader {
  info(): Promise<HypervisorInfo>;
  /** All domains, running or not, in order of name. */
  listDomains(): Promise<readonly DomainRef[]>;
  /** By name, UUID or id, as virsh. */
  lookup(nameUuidOrId: string): Promise<DomainState>;
  getXml(domain: DomainRef, scope: Scope): Promise<string>;
  /** Asks QEMU for the throttle in force; numbers by parameter name. */
  getLiveIoTune(domain: DomainRef, target: string): Promise<Readonly<Record<string, number | string>>>;
  /** What a running domain's disks have read and written, by libvirt's names: `block.0.name`, `block.0.rd.bytes`. */
  getDiskStats(domain: DomainRef): Promise<Readonly<Record<string, number | string>>>;
}

/** Something happened to a domain, after which what was read of it may no longer be so. */
export interface DomainChange {
  readonly domain: DomainRef;
  /** In virsh's words: `started`, `tunable`, `device-added`, `metadata-change`, … */
  readonly what: string;
  /** More of it: which parameters, which device. */
  readonly detail?: string;
}

/** A watch that was begun. */
export interface Watch {
  /** Resolves when no more will be told: without a reason after `stop`, with one when the line was lost. */
  readonly ended: Promise<Error | undefined>;
  stop(): Promise<void>;
}

/** Tells what happens to domains. */
export interface HypervisorWatcher {
  /**
   * Tells of every change from the moment this resolves. On a lost line it ends; watching again connects anew.
   * @throws QuotaError `unreachable`, `refused`
   */
  watch(tell: (change: DomainChange) => void): Promise<Watch>;
}

/** An application's element in a definition's metadata. */
export interface Metadata {
  /** Namespace of the element: one element per namespace. */
  readonly uri: string;
  readonly prefix: string;
  /** Without namespace and prefix; absent: none. */
  readonly element?: string;
}

/**
 * Writing side. The `set…` calls change the running domain only, one target each, done or refused; values are as
 * libvirt's typed parameters. The persistent definition is changed as a whole, by `defineXml`.
 */
export interface HypervisorWriter {
  setSchedulerParameters(
    domain: DomainRef,
    parameters: Readonly<Partial<Record<CpuTuneParameter, number>>>,
  ): Promise<void>;
  /** KiB; `memoryUnlimitedKib` lifts a limit. */
  setMemoryParameters(domain: DomainRef, parameters: MemTune): Promise<void>;
  /** The weight as a number; limits of host devices as `path,value`, where 0 lifts one. */
  setBlkioParameters(
    domain: DomainRef,
    parameters: Readonly<Partial<Record<BlkioTuneParameter | HostDeviceParameter, number | string>>>,
  ): Promise<void>;
  setBlockIoTune(domain: DomainRef, target: string, parameters: IoTune): Promise<void>;
  setInterfaceParameters(
    domain: DomainRef,
    /** A MAC, which means the first interface that has it, or a device of the host. */
    macOrDev: string,
    parameters: Readonly<Partial<Record<BandwidthParameter, number>>>,
  ): Promise<void>;
  /** Puts an element into a definition's metadata, in place of that namespace's; without one removes it. */
  setMetadata(domain: DomainRef, scope: Scope, metadata: Metadata): Promise<void>;
  /** The persistent definition with its secrets, so that defining it again loses nothing. Never printed or saved. */
  getDefinableXml(domain: DomainRef): Promise<string>;
  /** Replaces the persistent definition, whole or not at all; a running domain is not touched. */
  defineXml(xml: string): Promise<void>;
}

/** A connection to one hypervisor. */
export interface Hypervisor extends HypervisorReader, HypervisorWriter, HypervisorWatcher {
  /**
   * A name for it that is the same however it is reached: by another spelling of the URI, another socket, from another
   * machine. The sessions of two users on one host are not told apart.
   */
  identity(): Promise<string>;
  close(): Promise<void>;
}

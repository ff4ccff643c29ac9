import type { Evidence } from '../verify/reading.ts';

/** What a group of threads has used, and how often it was held back; since the domain's start. */
export interface ThreadCounters {
  /** `vcpu0`, `emulator`, `iothread1`, `libvirt` (all of them). */
  readonly subject: string;
  /** CPU time in µs; absent: the kernel does not tell. */
  readonly usedUs?: number;
  /** As `cpu.stat` names them. */
  readonly counters: Readonly<Record<string, number>>;
  readonly evidence: Evidence;
}

/** What went through a class or came to a policer, since it was made. */
export interface PacketCounters {
  /** Of a policer also those that it dropped. */
  readonly bytes: number;
  readonly packets: number;
  readonly dropped: number;
  /** How often it was out of tokens. */
  readonly overlimits: number;
}

/** Them, and where they were read. */
export interface ReadPacketCounters extends PacketCounters {
  readonly evidence: Evidence;
}

/** What one interface's enforcers have counted; absent: there is none, or it could not be read. */
export interface InterfaceCounters {
  readonly shaped?: ReadPacketCounters;
  readonly policed?: ReadPacketCounters;
}

/** What a disk has read and written since the domain's start. */
export interface DiskCounters {
  readonly readBytes: number;
  readonly writeBytes: number;
  readonly readRequests: number;
  readonly writeRequests: number;
  readonly evidence: Evidence;
}

/** All counters of a running domain at one moment. What could not be read is left out. */
export interface CounterSample {
  /** On a clock in ms that only has to go on: two samples are compared. */
  readonly atMs: number;
  readonly threads: readonly ThreadCounters[];
  /** By device name. */
  readonly interfaces: ReadonlyMap<string, InterfaceCounters>;
  /** By target. */
  readonly disks: ReadonlyMap<string, DiskCounters>;
}

/** What is to be said of use: one sample, and one before it to compare with. */
export interface CounterSamples {
  readonly now: CounterSample;
  readonly before?: CounterSample;
}

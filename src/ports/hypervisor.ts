import type { BandwidthParameter } from '../domain/bandwidth.ts';
import type { CpuTuneParameter } from '../domain/cputune.ts';
import type { IoTuneParameter } from '../domain/iotune.ts';

/** Which of libvirt's two definitions a call means. */
export type Scope = 'live' | 'config';

/** A domain as calls name it. */
export interface DomainRef {
  readonly name: string;
  readonly uuid: string;
  /** Absent when the domain is not running. */
  readonly id?: number;
}

/** Identity and state of a domain at one moment. */
export interface DomainState extends DomainRef {
  readonly active: boolean;
  readonly persistent: boolean;
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
  /** By name, UUID or id, as virsh. */
  lookup(nameUuidOrId: string): Promise<DomainState>;
  getXml(domain: DomainRef, scope: Scope): Promise<string>;
  /** Asks QEMU for the throttle in force; numbers by parameter name. */
  getLiveIoTune(domain: DomainRef, target: string): Promise<Readonly<Record<string, number | string>>>;
}

/** Writing side: one call per target, each either done or refused. Values are as libvirt's typed parameters. */
export interface HypervisorWriter {
  setSchedulerParameters(
    domain: DomainRef,
    scope: Scope,
    parameters: Readonly<Partial<Record<CpuTuneParameter, number>>>,
  ): Promise<void>;
  setBlockIoTune(
    domain: DomainRef,
    scope: Scope,
    target: string,
    parameters: Readonly<Partial<Record<IoTuneParameter, number>>>,
  ): Promise<void>;
  setInterfaceParameters(
    domain: DomainRef,
    scope: Scope,
    mac: string,
    parameters: Readonly<Partial<Record<BandwidthParameter, number>>>,
  ): Promise<void>;
}

/** A connection to one hypervisor. */
export interface Hypervisor extends HypervisorReader, HypervisorWriter {
  close(): Promise<void>;
}

import type { Domain } from './domain.ts';
import type { MetadataKind } from './domain-calls.ts';
import type { TypedParameters } from './typed-parameters.ts';

/** `virDomainEventType`. */
export type LifecycleEventName =
  | 'defined'
  | 'undefined'
  | 'started'
  | 'suspended'
  | 'resumed'
  | 'stopped'
  | 'shutdown'
  | 'pmsuspended'
  | 'crashed'
  | 'unknown';

export interface LifecycleEvent {
  readonly domain: Domain;
  readonly event: LifecycleEventName;
  /** A number of libvirt's `virDomainEvent<Event>DetailType`. */
  readonly detail: number;
}

/** A live limit was set through libvirt; the values are those asked for, not those in force. */
export interface TunableEvent {
  readonly domain: Domain;
  /** `cputune.vcpu_quota`, `blkdeviotune.disk`, … */
  readonly parameters: TypedParameters;
}

export interface MetadataChangeEvent {
  readonly domain: Domain;
  readonly kind: MetadataKind | 'unknown';
  /** Namespace; only for `element`. */
  readonly uri?: string;
}

/** A device was plugged into a running domain, or out of it. */
export interface DeviceEvent {
  readonly domain: Domain;
  /** libvirt's name of the device in that domain: `virtio-disk1`, `net0`. */
  readonly alias: string;
}

export interface EventOptions {
  /** Only of this domain. */
  readonly domain?: Domain;
  /** How many events wait for a slow reader; then the oldest go. Default 1024. */
  readonly limit?: number;
}

/**
 * Events in order. Leaving the loop (or `return()`) deregisters. When the connection is closed by its owner the loop ends;
 * when it is lost, the events that have come are given first and then the loop throws LibvirtError.
 */
export interface EventStream<Event> extends AsyncIterableIterator<Event> {
  /** How many events were thrown away because nobody read them; re-read what you watch when it grows. */
  readonly dropped: number;
  return(): Promise<IteratorResult<Event>>;
}

/** Each resolves once the server has registered us: what happens after that is not missed. */
export interface Events {
  lifecycle(options?: EventOptions): Promise<EventStream<LifecycleEvent>>;
  tunable(options?: EventOptions): Promise<EventStream<TunableEvent>>;
  deviceAdded(options?: EventOptions): Promise<EventStream<DeviceEvent>>;
  deviceRemoved(options?: EventOptions): Promise<EventStream<DeviceEvent>>;
  metadataChange(options?: EventOptions): Promise<EventStream<MetadataChangeEvent>>;
}

import { eventBytesMax, queuedEventBytesMax, unclaimedEventsMax } from './bounds.ts';
import type { Codec } from './codec.ts';
import { LibvirtError } from './error.ts';
import { EventQueue } from './event-queue.ts';
import type {
  DeviceEvent,
  EventOptions,
  EventStream,
  Events,
  LifecycleEvent,
  LifecycleEventName,
  MetadataChangeEvent,
  TunableEvent,
} from './events.ts';
import { metadataKinds } from './flags.ts';
import type { Frame } from './frame.ts';
import { eventMessages, eventProcedures } from './procedures/events.ts';
import type { Rpc } from './rpc.ts';
import { XdrReader } from './xdr.ts';

const defaultLimit = 1024;

const lifecycleNames: readonly LifecycleEventName[] = [
  'defined',
  'undefined',
  'started',
  'suspended',
  'resumed',
  'stopped',
  'shutdown',
  'pmsuspended',
  'crashed',
];

type RegisterRequest = Parameters<(typeof eventProcedures.register)['args']['write']>[1];

interface Message {
  readonly id: number;
  readonly procedure: number;
  readonly body: Codec<unknown>;
}

/** One loop, as the hub sees it. */
interface Sink {
  push(body: unknown, bytes: number): void;
  end(error?: LibvirtError): void;
}

/** An event of a number that no registration has yet. */
interface Unclaimed {
  readonly callback: number;
  readonly body: unknown;
  /** Of its message. */
  readonly bytes: number;
}

/** What the server knows of us: it takes each kind of event once per domain, or once for all. */
interface Registration {
  readonly sinks: Set<Sink>;
  /** Resolves with the server's number. */
  callback: Promise<number>;
  /** Being taken back; whoever wants it again waits for the end of that. */
  leaving?: Promise<void>;
}

const messages: ReadonlyMap<number, Message> = new Map(
  Object.values(eventMessages as Readonly<Record<string, Message>>).map(message => [
    message.procedure,
    message,
  ]),
);

/** Hands the events of one connection to the loops that asked for them. */
export function eventHub(rpc: Rpc): Events {
  const hub = new EventHub(rpc);
  return {
    lifecycle: options =>
      hub.open(eventMessages.lifecycle, options, ({ event, ...rest }): LifecycleEvent => {
        return { ...rest, event: lifecycleNames[event] ?? 'unknown' };
      }),
    tunable: options => hub.open(eventMessages.tunable, options, (event): TunableEvent => event),
    deviceAdded: options => hub.open(eventMessages.deviceAdded, options, (event): DeviceEvent => event),
    deviceRemoved: options => hub.open(eventMessages.deviceRemoved, options, (event): DeviceEvent => event),
    metadataChange: options =>
      hub.open(eventMessages.metadataChange, options, ({ type, ...rest }): MetadataChangeEvent => {
        return { ...rest, kind: metadataKinds[type] ?? 'unknown' };
      }),
  };
}

/** Keeps who asked for what. */
class EventHub {
  readonly #rpc: Rpc;
  readonly #registrations = new Map<string, Registration>();
  readonly #byCallback = new Map<number, Registration>();
  #registering = 0;
  #unclaimed: Unclaimed[] = [];
  #unclaimedBytes = 0;

  constructor(rpc: Rpc) {
    this.#rpc = rpc;
    rpc.onEvent = frame => this.#receive(frame);
    void rpc.ended.then(reason => {
      for (const { sinks } of this.#registrations.values()) {
        for (const sink of sinks) sink.end(reason);
      }
      this.#registrations.clear();
    });
  }

  async open<Body, Event>(
    message: { readonly id: number; readonly body: Codec<Body> },
    { domain, limit = defaultLimit }: EventOptions = {},
    toEvent: (body: Body) => Event,
  ): Promise<EventStream<Event>> {
    const request = { eventId: message.id, ...(domain ? { domain } : {}) };
    const queue: EventQueue<Event> = new EventQueue(limit, () => this.#leave(key, sink));
    const sink: Sink = {
      push: (body, bytes) => queue.push(toEvent(body as Body), bytes),
      end: error => queue.end(error),
    };
    const key = `${message.id} ${domain?.uuid ?? ''}`;
    await this.#join(key, request, sink);
    return queue;
  }

  async #join(key: string, request: RegisterRequest, sink: Sink): Promise<void> {
    let registration = this.#registrations.get(key);
    while (registration?.leaving !== undefined) {
      await registration.leaving;
      registration = this.#registrations.get(key);
    }
    // No waiting from here on: the last loop could leave before this one is in.
    if (registration === undefined) {
      registration = { sinks: new Set([sink]), callback: Promise.resolve(0) };
      this.#registrations.set(key, registration);
      registration.callback = this.#register(registration, request);
    } else registration.sinks.add(sink);
    try {
      await registration.callback;
    } catch (error) {
      this.#registrations.delete(key);
      throw error;
    }
  }

  async #register(registration: Registration, request: RegisterRequest): Promise<number> {
    this.#registering += 1;
    try {
      const callback = await this.#rpc.call(eventProcedures.register, request);
      this.#byCallback.set(callback, registration);
      for (const event of this.#unclaimed) {
        if (event.callback === callback) deliver(registration, event);
      }
      return callback;
    } finally {
      this.#registering -= 1;
      if (this.#registering === 0) this.#forgetUnclaimed();
    }
  }

  async #leave(key: string, sink: Sink): Promise<void> {
    const registration = this.#registrations.get(key);
    if (!registration?.sinks.delete(sink) || registration.sinks.size > 0) return;
    registration.leaving = this.#deregister(key, registration);
    await registration.leaving;
  }

  async #deregister(key: string, registration: Registration): Promise<void> {
    const callback = await registration.callback;
    this.#byCallback.delete(callback);
    // Whatever goes wrong here, there is nobody left who could miss an event.
    await this.#rpc.call(eventProcedures.deregister, callback).catch(() => {});
    this.#registrations.delete(key);
  }

  /** @throws LibvirtError `protocol` for an event that cannot be read. */
  #receive(frame: Frame): void {
    const message = messages.get(frame.procedure);
    if (message === undefined) return;
    const bytes = frame.payload.length;
    if (bytes > eventBytesMax) {
      throw new LibvirtError('protocol', `an event of ${bytes} bytes is larger than ${eventBytesMax}`);
    }
    const reader = new XdrReader(frame.payload);
    const callback = reader.int32();
    const body = message.body.read(reader);
    const registration = this.#byCallback.get(callback);
    if (reader.left > 0) throw new LibvirtError('protocol', `an event has ${reader.left} bytes too many`);
    if (registration !== undefined) deliver(registration, { body, bytes });
    else if (this.#registering > 0) this.#keepUnclaimed({ callback, body, bytes });
  }

  #keepUnclaimed(event: Unclaimed): void {
    this.#unclaimed.push(event);
    this.#unclaimedBytes += event.bytes;
    while (this.#unclaimed.length > unclaimedEventsMax || this.#unclaimedBytes > queuedEventBytesMax) {
      this.#unclaimedBytes -= this.#unclaimed.shift()?.bytes ?? 0;
    }
  }

  #forgetUnclaimed(): void {
    this.#unclaimed = [];
    this.#unclaimedBytes = 0;
  }
}

function deliver({ sinks }: Registration, { body, bytes }: Pick<Unclaimed, 'body' | 'bytes'>): void {
  for (const sink of sinks) sink.push(body, bytes);
}

import type { Codec } from './codec.ts';
import type { LibvirtError } from './error.ts';
import { EventQueue } from './event-queue.ts';
import type {
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
/** Events that come between the server's registering us and its telling us the number. */
const unclaimedMax = 1024;

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

interface Message {
  readonly id: number;
  readonly procedure: number;
  readonly body: Codec<unknown>;
}

interface Endable {
  end(error?: LibvirtError): void;
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
    metadataChange: options =>
      hub.open(eventMessages.metadataChange, options, ({ type, ...rest }): MetadataChangeEvent => {
        return { ...rest, kind: metadataKinds[type] ?? 'unknown' };
      }),
  };
}

/** Keeps who asked for what, by the number that the server gave when registering. */
class EventHub {
  readonly #rpc: Rpc;
  readonly #sinks = new Map<number, (body: unknown) => void>();
  readonly #queues = new Set<Endable>();
  #registering = 0;
  #unclaimed: { readonly callback: number; readonly body: unknown }[] = [];

  constructor(rpc: Rpc) {
    this.#rpc = rpc;
    rpc.onEvent = frame => this.#receive(frame);
    void rpc.ended.then(reason => {
      for (const queue of this.#queues) queue.end(reason);
    });
  }

  async open<Body, Event>(
    message: { readonly id: number; readonly body: Codec<Body> },
    { domain, limit = defaultLimit }: EventOptions = {},
    toEvent: (body: Body) => Event,
  ): Promise<EventStream<Event>> {
    this.#registering += 1;
    try {
      const request = { eventId: message.id, ...(domain ? { domain } : {}) };
      const callback = await this.#rpc.call(eventProcedures.register, request);
      const queue: EventQueue<Event> = new EventQueue(limit, () => this.#close(callback, queue));
      this.#queues.add(queue);
      this.#claim(callback, body => queue.push(toEvent(body as Body)));
      return queue;
    } finally {
      this.#registering -= 1;
      if (this.#registering === 0) this.#unclaimed = [];
    }
  }

  /** @throws LibvirtError `protocol` for an event that cannot be read. */
  #receive(frame: Frame): void {
    const message = messages.get(frame.procedure);
    if (message === undefined) return;
    const reader = new XdrReader(frame.payload);
    const callback = reader.int32();
    const body = message.body.read(reader);
    const sink = this.#sinks.get(callback);
    if (sink !== undefined) sink(body);
    else if (this.#registering > 0)
      this.#unclaimed = [...this.#unclaimed, { callback, body }].slice(-unclaimedMax);
  }

  #claim(callback: number, sink: (body: unknown) => void): void {
    this.#sinks.set(callback, sink);
    for (const event of this.#unclaimed) {
      if (event.callback === callback) sink(event.body);
    }
  }

  async #close(callback: number, queue: Endable): Promise<void> {
    this.#sinks.delete(callback);
    this.#queues.delete(queue);
    // Whatever goes wrong here, there is nothing left that could receive an event.
    await this.#rpc.call(eventProcedures.deregister, callback).catch(() => {});
  }
}

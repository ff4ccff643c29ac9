import {
  type Connection,
  type EventStream,
  LibvirtError,
  type MetadataChangeEvent,
  type TunableEvent,
} from '../libvirt/index.ts';
import type { DomainChange, DomainRef, Watch } from '../ports/hypervisor.ts';
import { translated } from './libvirt-errors.ts';

/** One kind of event that was registered for. */
interface Open {
  /** Ends with the stream. */
  pump(): Promise<void>;
  stop(): Promise<unknown>;
}

/** Registers for every event after which a limit may have another value. @throws LibvirtError */
export async function watchDomainEvents(
  connection: Connection,
  tell: (change: DomainChange) => void,
): Promise<Watch> {
  const { events } = connection;
  const opened: Open[] = [];
  const open = async <Event>(asking: Promise<EventStream<Event>>, read: (event: Event) => DomainChange) => {
    const stream = await asking;
    opened.push({
      pump: async () => {
        for await (const event of stream) tell(read(event));
      },
      stop: () => stream.return(),
    });
  };
  const stop = async () => void (await Promise.all(opened.map(one => one.stop())));
  try {
    await open(events.lifecycle(), ({ domain, event }) => ({ domain, what: event }));
    await open(events.tunable(), tunable);
    await open(events.deviceAdded(), ({ domain, alias }) => device(domain, 'device-added', alias));
    await open(events.deviceRemoved(), ({ domain, alias }) => device(domain, 'device-removed', alias));
    await open(events.metadataChange(), metadata);
  } catch (error) {
    await stop();
    throw error;
  }
  const told = Promise.all(opened.map(one => one.pump()));
  return { ended: told.then(() => undefined, reason), stop };
}

function tunable({ domain, parameters }: TunableEvent): DomainChange {
  return { domain, what: 'tunable', detail: Object.keys(parameters).join(' ') };
}

function device(domain: DomainRef, what: string, alias: string): DomainChange {
  return { domain, what, detail: alias };
}

function metadata({ domain, kind, uri }: MetadataChangeEvent): DomainChange {
  return { domain, what: 'metadata-change', detail: uri ?? kind };
}

function reason(error: unknown): Error {
  return error instanceof LibvirtError ? translated('events', error) : (error as Error);
}

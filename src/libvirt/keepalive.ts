import { unreadPingsMax } from './bounds.ts';
import { LibvirtError } from './error.ts';
import { encodeFrame, type Frame, messageStatus, messageType, program } from './frame.ts';

/** Procedures of libvirt's keepalive program. */
const keepaliveProcedure = { ping: 1, pong: 2 } as const;

/** How often to ask, and how many unanswered pings mean that nobody is there. */
export interface KeepaliveOptions {
  readonly intervalMs: number;
  readonly count: number;
}

interface KeepaliveUse {
  /** @param sent called when the frame has left, or never will */
  readonly send: (frame: Buffer, sent: () => void) => void;
  /** The other side is gone. */
  readonly dead: () => void;
}

/**
 * Keepalive of one connection: answers pings always; once started, sends its own while the line is silent. Of each kind
 * at most one waits to be sent: to the other side any sign of life is as good as many.
 * @see libvirt src/rpc/virkeepalive.c:virKeepAliveTimerInternal
 */
export class Keepalive {
  readonly #use: KeepaliveUse;
  #timer: NodeJS.Timeout | undefined;
  #unanswered = 0;
  /** Pings since the answer that waits; absent when none does. */
  #unread: number | undefined;
  #isPingWaiting = false;

  constructor(use: KeepaliveUse) {
    this.#use = use;
  }

  start({ intervalMs, count }: KeepaliveOptions): void {
    this.stop();
    this.#timer = setInterval(() => this.#tick(count), intervalMs);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Anything that came from the other side. */
  heard(): void {
    this.#unanswered = 0;
    this.#timer?.refresh();
  }

  /**
   * A frame of the keepalive program; unknown ones are ignored, as libvirt does.
   * @throws LibvirtError `protocol` for pings without end whose answers nobody reads.
   */
  receive(frame: Frame): void {
    if (frame.procedure !== keepaliveProcedure.ping) return;
    if (this.#unread === undefined) {
      this.#unread = 0;
      this.#use.send(pong, () => {
        this.#unread = undefined;
      });
      return;
    }
    this.#unread += 1;
    if (this.#unread <= unreadPingsMax) return;
    const message = `the server has sent more than ${unreadPingsMax} pings without reading an answer`;
    throw new LibvirtError('protocol', message);
  }

  #tick(count: number): void {
    if (this.#unanswered >= count) {
      this.stop();
      this.#use.dead();
      return;
    }
    this.#unanswered += 1;
    if (this.#isPingWaiting) return;
    this.#isPingWaiting = true;
    this.#use.send(ping, () => {
      this.#isPingWaiting = false;
    });
  }
}

const ping = message(keepaliveProcedure.ping);
const pong = message(keepaliveProcedure.pong);

function message(procedure: number): Buffer {
  const { ok } = messageStatus;
  const header = {
    program: program.keepalive,
    version: 1,
    procedure,
    type: messageType.event,
    serial: 0,
    status: ok,
  };
  return encodeFrame(header, Buffer.alloc(0));
}

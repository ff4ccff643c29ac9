import { encodeFrame, type Frame, messageStatus, messageType, program } from './frame.ts';

/** Procedures of libvirt's keepalive program. */
const keepaliveProcedure = { ping: 1, pong: 2 } as const;

/** How often to ask, and how many unanswered pings mean that nobody is there. */
export interface KeepaliveOptions {
  readonly intervalMs: number;
  readonly count: number;
}

interface KeepaliveUse {
  readonly send: (frame: Buffer) => void;
  /** The other side is gone. */
  readonly dead: () => void;
}

/**
 * Keepalive of one connection: answers pings always; once started, sends its own while the line is silent.
 * @see libvirt src/rpc/virkeepalive.c:virKeepAliveTimerInternal
 */
export class Keepalive {
  readonly #use: KeepaliveUse;
  #timer: NodeJS.Timeout | undefined;
  #unanswered = 0;

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

  /** A frame of the keepalive program; unknown ones are ignored, as libvirt does. */
  receive(frame: Frame): void {
    if (frame.procedure === keepaliveProcedure.ping) this.#use.send(message(keepaliveProcedure.pong));
  }

  #tick(count: number): void {
    if (this.#unanswered >= count) {
      this.stop();
      this.#use.dead();
      return;
    }
    this.#unanswered += 1;
    this.#use.send(message(keepaliveProcedure.ping));
  }
}

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

import { unsentBytesMax } from './bounds.ts';
import { CallQueue } from './call-queue.ts';
import { LibvirtError } from './error.ts';
import { encodeFrame, type Frame, FrameParser, messageStatus, messageType, program } from './frame.ts';
import { Keepalive, type KeepaliveOptions } from './keepalive.ts';
import type { Link } from './link.ts';
import { PendingCall } from './pending-call.ts';
import type { Procedure } from './procedures/procedure.ts';
import { XdrWriter } from './xdr.ts';

/**
 * libvirtd serves 5 requests of one connection and then stops reading, pings included; one place is kept for the
 * goodbye. @see libvirt src/remote/libvirtd.conf.in:max_client_requests
 */
const inFlightMax = 4;

/** Options of one call. */
export interface RpcCallOptions {
  /** 0 waits for ever. Absent: the default of the connection. */
  readonly timeoutMs?: number;
  /** Does not wait for a free place. */
  readonly urgent?: boolean;
}

/** Calls, answers and events over one link. Ends at the first message that makes no sense. */
export class Rpc {
  /** Settles when it has ended: with the reason, or with nothing when {@link end} gave none. */
  readonly ended: Promise<LibvirtError | undefined>;
  /** Events of libvirt itself, as they come. A LibvirtError thrown by it ends the connection. */
  onEvent: (frame: Frame) => void = () => {};
  readonly #link: Link;
  readonly #parser = new FrameParser();
  readonly #keepalive: Keepalive;
  readonly #callTimeoutMs: number;
  /** By serial. One that timed out stays until its late answer comes: the server is still busy with it. */
  readonly #inFlight = new Map<number, PendingCall>();
  readonly #waiting = new CallQueue();
  #serial = 0;
  #over = false;
  #isLeaving = false;
  #reason: LibvirtError | undefined;
  #settleEnded: (reason: LibvirtError | undefined) => void = () => {};

  constructor(link: Link, callTimeoutMs: number) {
    this.#link = link;
    this.#callTimeoutMs = callTimeoutMs;
    this.ended = new Promise(resolve => {
      this.#settleEnded = resolve;
    });
    this.#keepalive = new Keepalive({
      send: (frame, sent) => this.#write(frame, sent),
      dead: () => this.end(new LibvirtError('closed', 'the server has stopped answering')),
    });
    this.#listen();
  }

  /** Calls a procedure. @throws LibvirtError every kind but `unreachable`. */
  async call<Args, Result>(
    procedure: Procedure<Args, Result>,
    args: Args,
    { timeoutMs = this.#callTimeoutMs, urgent = false }: RpcCallOptions = {},
  ): Promise<Result> {
    if (this.#over) throw this.#closedError();
    const writer = new XdrWriter();
    procedure.args.write(writer, args);
    const call = new PendingCall(procedure as Procedure<never, unknown>, writer.bytes);
    if (!urgent) this.#waiting.push(call);
    call.expireAfter(timeoutMs, () => this.#whyLate(call));
    if (urgent) this.#send(call);
    this.#sendWaiting();
    return call.answer as Promise<Result>;
  }

  startKeepalive(options: KeepaliveOptions): void {
    if (!this.#over) this.#keepalive.start(options);
  }

  /** From now on the other side may close the line, and nothing is lost by it. */
  leave(): void {
    this.#isLeaving = true;
  }

  /** Ends the connection at once; every call under way is rejected with `closed`. Only the first reason counts. */
  end(reason?: LibvirtError): void {
    if (this.#over) return;
    this.#over = true;
    this.#reason = reason;
    this.#keepalive.stop();
    const error = this.#closedError();
    for (const call of [...this.#inFlight.values(), ...this.#waiting.takeAll()]) call.reject(error);
    this.#inFlight.clear();
    this.#link.destroy();
    this.#settleEnded(reason);
  }

  #listen(): void {
    const { input, output } = this.#link;
    input.on('data', chunk => this.#receiveBytes(chunk));
    input.on('error', error => this.#lost(error));
    output.on('error', error => this.#lost(error));
    input.on('end', () => this.#lost());
    input.on('close', () => this.#lost());
    input.resume();
  }

  async #lost(cause?: Error): Promise<void> {
    if (this.#isLeaving) return this.end();
    const why = (await this.#link.explain()) || cause?.message || 'the other side has closed it';
    this.end(new LibvirtError('closed', `connection lost: ${why}`, { cause }));
  }

  #receiveBytes(chunk: Buffer): void {
    if (this.#over) return;
    this.#keepalive.heard();
    try {
      for (const frame of this.#parser.push(chunk)) {
        this.#receive(frame);
        if (this.#over) return;
      }
    } catch (error) {
      if (!(error instanceof LibvirtError)) throw error;
      this.end(error);
    }
  }

  #receive(frame: Frame): void {
    if (frame.version !== 1) throw nonsense(frame);
    if (frame.program === program.keepalive && frame.type === messageType.event)
      this.#keepalive.receive(frame);
    else if (frame.program === program.remote && frame.type === messageType.reply) this.#receiveReply(frame);
    else if (frame.program === program.remote && frame.type === messageType.event) this.onEvent(frame);
    // Events of the hypervisor-specific programs need asking for, which we never do; harmless when they come.
    else if (frame.type !== messageType.event) throw nonsense(frame);
  }

  #receiveReply(frame: Frame): void {
    const call = this.#inFlight.get(frame.serial);
    const { ok, error } = messageStatus;
    const fits =
      call?.procedure.number === frame.procedure && (frame.status === ok || frame.status === error);
    if (call === undefined || !fits) throw nonsense(frame);
    this.#inFlight.delete(frame.serial);
    if (frame.status === ok) call.receive(frame.payload);
    else call.receiveError(frame.payload);
    this.#sendWaiting();
  }

  #sendWaiting(): void {
    while (this.#inFlight.size < inFlightMax) {
      const call = this.#waiting.shift();
      if (call === undefined) return;
      this.#send(call);
    }
  }

  #send(call: PendingCall): void {
    this.#serial = (this.#serial + 1) % 0x1_0000_0000;
    this.#inFlight.set(this.#serial, call);
    const { ok } = messageStatus;
    const { number } = call.procedure;
    const fixed = { program: program.remote, version: 1, type: messageType.call, status: ok };
    this.#write(encodeFrame({ ...fixed, procedure: number, serial: this.#serial }, call.payload));
  }

  /** Frames of one turn leave together: each by itself would be a call of the system, and wake the other side. */
  #write(frame: Buffer, sent?: () => void): void {
    if (this.#over) return;
    const { output } = this.#link;
    if (output.writableCorked === 0) {
      output.cork();
      process.nextTick(() => output.uncork());
    }
    output.write(frame, sent);
    if (output.writableLength <= unsentBytesMax) return;
    this.end(new LibvirtError('closed', `the server has not read ${output.writableLength} bytes`));
  }

  #whyLate(call: PendingCall): string {
    const isQueued = this.#waiting.includes(call);
    return isQueued ? `, ${inFlightMax} earlier calls are still without one` : '';
  }

  #closedError(): LibvirtError {
    const reason = this.#reason;
    return new LibvirtError('closed', reason?.message ?? 'the connection is closed', { cause: reason });
  }
}

function nonsense(frame: Frame): LibvirtError {
  const { program: number, version, procedure, type, serial, status } = frame;
  const header = [number, version, procedure, type, serial, status].join(' ');
  return new LibvirtError('protocol', `a message that nobody asked for: ${header}`);
}

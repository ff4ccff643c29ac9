import { randomBytes } from 'node:crypto';
import { createConnection, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { FrameReader, frame, frames, maxPayload } from './frames.ts';
import { LabError } from './lab-error.ts';

/** What a command in the guest, or a socket there, does to its opener. */
export interface ChannelEvents {
  readonly out: (data: Buffer) => void;
  readonly err: (data: Buffer) => void;
  /** Nothing follows. `exitCode` is 128 + n after signal n, 0 for a socket; an error says why nothing began. */
  readonly end: (outcome: { exitCode: number } | { error: LabError }) => void;
}

/** A command running in the guest, or a connection to a unix socket there. */
export interface Channel {
  write(data: Buffer): void;
  /** Ends the input. */
  end(): void;
  kill(): void;
}

/** A session with the agent in the guest, on one virtio-serial port. Any number of channels at once. */
export class Agent {
  readonly #socket: Socket;
  readonly #reader = new FrameReader();
  readonly #channels = new Map<number, ChannelEvents>();
  #lastId = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', chunk => {
      for (const { id, type, payload } of this.#reader.push(chunk)) this.#receive(id, type, payload);
    });
    socket.on('close', () => this.#abandon());
  }

  /**
   * Begins a session on the first port that answers; a port which another process uses does not.
   *
   * @param ports - the host's ends of the ports.
   * @throws LabError `failed` when none answers in time.
   */
  static async connect(ports: readonly string[], timeoutMs: number): Promise<Agent> {
    const deadline = Date.now() + timeoutMs;
    for (let patience = 500; Date.now() < deadline; patience = Math.min(patience * 2, 5000)) {
      for (const port of ports) {
        const socket = await greet(port, patience);
        if (socket) return new Agent(socket);
      }
      await sleep(50);
    }
    throw new LabError('failed', `the hypervisor's agent did not answer within ${timeoutMs / 1000} s`);
  }

  /** Starts a command. */
  run(argv: readonly string[], events: ChannelEvents): Channel {
    return this.#open('run', Buffer.from(argv.join('\0')), events);
  }

  /** Connects to a unix socket in the guest; what it sends arrives as `out`. */
  openSocket(path: string, events: ChannelEvents): Channel {
    return this.#open('connect', Buffer.from(path), events);
  }

  /** Ends the session; the guest kills what still runs in it. */
  close(): void {
    this.#socket.destroy();
  }

  #open(type: string, payload: Buffer, events: ChannelEvents): Channel {
    const id = ++this.#lastId;
    if (payload.length > maxPayload)
      throw new LabError('usage', `a command line of ${payload.length} bytes is too long`);
    this.#channels.set(id, events);
    if (this.#socket.destroyed) this.#abandon();
    else this.#socket.write(frame(id, type, payload));
    return {
      write: data => {
        for (const part of frames(id, 'in', data)) this.#socket.write(part);
      },
      end: () => void this.#socket.write(frame(id, 'eof')),
      kill: () => void this.#socket.write(frame(id, 'kill')),
    };
  }

  #receive(id: number, type: string, payload: Buffer): void {
    const events = this.#channels.get(id);
    if (type === 'out') events?.out(payload);
    else if (type === 'err') events?.err(payload);
    else this.#finish(id, type, payload.toString());
  }

  #finish(id: number, type: string, text: string): void {
    const events = this.#channels.get(id);
    this.#channels.delete(id);
    events?.end(
      type === 'exit' ? { exitCode: Number(text) } : { error: new LabError('failed', `hypervisor: ${text}`) },
    );
  }

  #abandon(): void {
    const error = new LabError('failed', 'the hypervisor is gone');
    for (const [id, events] of this.#channels) {
      this.#channels.delete(id);
      events.end({ error });
    }
  }
}

/** Connects and says hello; undefined when the port does not answer in time. What comes before the answer is old. */
function greet(port: string, patienceMs: number): Promise<Socket | undefined> {
  const nonce = randomBytes(12).toString('hex');
  const hello = frame(0, 'hello', Buffer.from(nonce));
  const socket = createConnection(port);
  return new Promise(resolve => {
    let seen = Buffer.alloc(0);
    const listen = (chunk: Buffer) => {
      seen = Buffer.concat([seen, chunk]);
      if (seen.includes(hello)) settle(socket);
      else seen = seen.subarray(-hello.length);
    };
    const settle = (result?: Socket) => {
      clearTimeout(timer);
      socket.off('data', listen);
      if (!result) socket.destroy();
      resolve(result);
    };
    const timer = setTimeout(settle, patienceMs);
    socket.on('error', () => {});
    socket.on('close', () => settle());
    socket.on('data', listen);
    // Whatever a predecessor's last frame still lacks is filled up with these lines.
    socket.write(Buffer.concat([Buffer.alloc(maxPayload + 1, '\n'), hello]));
  });
}

import { EventEmitter, once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import { LabError } from './lab-error.ts';

/** A command's answer that is still to come. */
interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (reason: Error) => void;
}

/** A connection to the monitor of our own QEMU. QEMU serves one at a time. */
export class Qmp {
  readonly #socket: Socket;
  readonly #pending: Pending[] = [];
  readonly #events = new EventEmitter();

  private constructor(socket: Socket) {
    this.#socket = socket;
    let rest = '';
    socket.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) this.#receive(JSON.parse(line));
    });
    socket.on('close', () => this.#end());
  }

  /** Connects, and waits until QEMU takes commands. */
  static async connect(path: string): Promise<Qmp> {
    const socket = createConnection(path);
    socket.on('error', () => {});
    await once(socket, 'connect');
    const qmp = new Qmp(socket);
    await qmp.execute('qmp_capabilities');
    return qmp;
  }

  /**
   * Executes a command.
   *
   * @throws LabError `failed` with QEMU's words.
   */
  execute(name: string, parameters?: object): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#socket.destroyed) return reject(gone());
      this.#pending.push({ resolve, reject });
      this.#socket.write(
        `${JSON.stringify({ execute: name, ...(parameters && { arguments: parameters }) })}\n`,
      );
    });
  }

  /** Executes a command of the human monitor, which stays silent when all is well. */
  async monitor(line: string): Promise<void> {
    const answer = await this.execute('human-monitor-command', { 'command-line': line });
    if (answer !== '') throw new LabError('failed', `QEMU: ${line}: ${String(answer).trim()}`);
  }

  /** Waits for an event about a device; false when it has not come in time. */
  async deviceEvent(name: string, device: string, timeoutMs: number): Promise<boolean> {
    const signal = AbortSignal.timeout(timeoutMs);
    return once(this.#events, `${name} ${device}`, { signal }).then(
      () => true,
      () => false,
    );
  }

  close(): void {
    this.#socket.destroy();
  }

  #receive(message: {
    return?: unknown;
    error?: { desc: string };
    event?: string;
    data?: { device?: string };
  }): void {
    if (message.event) this.#events.emit(`${message.event} ${message.data?.device}`);
    if (message.error) this.#pending.shift()?.reject(new LabError('failed', `QEMU: ${message.error.desc}`));
    else if ('return' in message) this.#pending.shift()?.resolve(message.return);
  }

  #end(): void {
    for (const pending of this.#pending.splice(0)) pending.reject(gone());
  }
}

function gone(): LabError {
  return new LabError('failed', 'QEMU has closed its monitor');
}

import { rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { Agent, type Channel, type ChannelEvents } from './agent.ts';
import type { Kind } from './kinds.ts';
import { LabError } from './lab-error.ts';
import { type Place, removePlace } from './place.ts';

/** What a command in the hypervisor came to. */
export interface RunResult {
  /** 0–255; 128 + n after signal n. */
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How a command in the hypervisor is run. */
export interface RunOptions {
  /** What it reads on its stdin, which is empty otherwise. */
  readonly input?: string | Buffer;
  /** In ms; 120 000 when absent. What takes longer is killed. */
  readonly timeoutMs?: number;
}

/** A running hypervisor, as root sees it. Commands may run at the same time. */
export class Hypervisor {
  readonly kind: Kind;
  readonly place: Place;
  readonly #agent: Agent;

  private constructor(place: Place, agent: Agent) {
    this.kind = place.kind;
    this.place = place;
    this.#agent = agent;
  }

  /** Connects to a hypervisor that runs. Up to four programs can be connected to one at the same time. */
  static async connect(place: Place, timeoutMs = 60_000): Promise<Hypervisor> {
    return new Hypervisor(place, await Agent.connect(place.ports, timeoutMs));
  }

  /**
   * Runs a command to its end, whatever its exit code. What it leaves running in the background is left alone, but
   * no longer heard.
   *
   * @throws LabError when there is no such program, or the time is over.
   */
  async run(argv: readonly string[], options: RunOptions = {}): Promise<RunResult> {
    const { exitCode, stdout, stderr } = await this.#collect(argv, options);
    return { exitCode, stdout: stdout.toString(), stderr: stderr.toString() };
  }

  /**
   * Runs a shell script, for setting the scene.
   *
   * @returns its stdout.
   * @throws LabError when a command of it fails.
   */
  async shell(script: string, options: RunOptions = {}): Promise<string> {
    const result = await this.run(['sh', '-euc', script], options);
    if (result.exitCode === 0) return result.stdout;
    throw new LabError('failed', `exit ${result.exitCode} from: ${script}\n${result.stderr}${result.stdout}`);
  }

  /** Writes a file, and the folders above it. `mode` is octal, `0644` when absent. */
  async writeFile(path: string, content: string | Buffer, mode = '0644'): Promise<void> {
    const { exitCode, stderr } = await this.run(['install', '-D', '-m', mode, '/dev/stdin', path], {
      input: content,
    });
    if (exitCode !== 0) throw new LabError('failed', `cannot write ${path}: ${stderr}`);
  }

  /**
   * Reads a file.
   *
   * @throws LabError when it cannot be read.
   */
  async readFile(path: string): Promise<Buffer> {
    const { exitCode, stdout, stderr } = await this.#collect(['cat', '--', path], {});
    if (exitCode !== 0) throw new LabError('failed', `cannot read ${path}: ${stderr}`);
    return stdout;
  }

  /** Starts a command and hands its output on as it comes. */
  start(argv: readonly string[], events: ChannelEvents): Channel {
    return this.#agent.run(argv, events);
  }

  /**
   * Makes a unix socket of the hypervisor, such as libvirtd's, one of the host.
   *
   * @returns the host's path, for as long as this hypervisor is connected.
   */
  async forward(socket: string): Promise<string> {
    const path = join(this.place.sockets, `forward-${process.pid}-${socket.replaceAll('/', '-')}`);
    await rm(path, { force: true });
    const server = createServer({ allowHalfOpen: true }, client => {
      const channel = this.#agent.openSocket(socket, {
        out: data => void client.write(data),
        err: () => {},
        end: () => void client.end(),
      });
      client.on('data', data => channel.write(data));
      client.on('end', () => channel.end());
      client.on('close', () => channel.kill());
      client.on('error', () => {});
    });
    server.unref();
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(path, () => resolve(path));
    });
  }

  /** Ends this connection; the hypervisor runs on. */
  disconnect(): void {
    this.#agent.close();
  }

  /** Ends the hypervisor, and removes all it wrote. */
  async stop(): Promise<void> {
    this.disconnect();
    await removePlace(this.place);
  }

  #collect(
    argv: readonly string[],
    { input, timeoutMs = 120_000 }: RunOptions,
  ): Promise<{ exitCode: number; stdout: Buffer; stderr: Buffer }> {
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    return new Promise((resolve, reject) => {
      const late = () => {
        channel.kill();
        const so = Buffer.concat([...out, ...err])
          .toString()
          .slice(-2000);
        reject(new LabError('failed', `${argv.join(' ')}: not done within ${timeoutMs / 1000} s\n${so}`));
      };
      const timer = setTimeout(late, timeoutMs);
      const channel = this.#agent.run(argv, {
        out: data => void out.push(data),
        err: data => void err.push(data),
        end: outcome => {
          clearTimeout(timer);
          if ('error' in outcome) reject(outcome.error);
          else resolve({ ...outcome, stdout: Buffer.concat(out), stderr: Buffer.concat(err) });
        },
      });
      if (input !== undefined) channel.write(Buffer.from(input));
      channel.end();
    });
  }
}

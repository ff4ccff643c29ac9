import { setTimeout as sleep } from 'node:timers/promises';
import { QuotaError } from '../errors.ts';
import { openHypervisor } from '../host/libvirt-hypervisor.ts';
import { localHost, localHostWriter } from '../host/local-host.ts';
import type { Hypervisor } from '../ports/hypervisor.ts';
import type { Logger } from '../ports/logger.ts';
import type { WriteSurroundings } from '../workflow/surroundings.ts';
import { onOutputLost } from './output-lost.ts';
import { processState } from './state.ts';
import type { Terminal } from './terminal.ts';

/** Options of every command that talks to libvirt. */
export interface ConnectOptions {
  readonly connect?: string;
  /** Seconds one call may take. */
  readonly timeout?: number;
}

/**
 * The URI that virsh would use: the option, its environment variables, the system's QEMU.
 * @throws QuotaError `refused` as {@link environmentUri}
 */
export function chosenUri(options: ConnectOptions): string {
  return options.connect ?? environmentUri() ?? 'qemu:///system';
}

/** Parameters that name neither a program nor a file, nor make a check less strict. */
const plainParameters = new Set(['mode', 'name', 'no_tty', 'no_sanity', 'proxy', 'auth']);

/**
 * The URI of virsh's environment variables; undefined: there is none. It may choose a host, but no program and no file.
 * @throws QuotaError `refused` when it would
 */
export function environmentUri(): string | undefined {
  const { VIRSH_DEFAULT_CONNECT_URI, LIBVIRT_DEFAULT_URI } = process.env;
  const uri = VIRSH_DEFAULT_CONNECT_URI || LIBVIRT_DEFAULT_URI || undefined;
  if (uri === undefined) return undefined;
  const [, before = '', query = ''] = /^([^?#]*)(?:\?([^#]*))?/.exec(uri) ?? [];
  const names = query.split(/[&;]/).map(one => (one.split('=', 1)[0] ?? '').toLowerCase());
  const bad = names.find(name => name !== '' && !plainParameters.has(name));
  const isProgram = /^[^:]*\+ext:/i.test(before);
  if (!isProgram && bad === undefined) return uri;
  const what = isProgram ? "the transport 'ext'" : `'${bad}'`;
  const problem = `the environment's URI '${uri}' has ${what}, which counts only with --connect`;
  throw new QuotaError('refused', uri, problem);
}

/**
 * Connects, runs the work, and closes whatever happens. Ctrl-C asks the work to stop (a write is undone); a second one
 * ends the process.
 */
export async function connected<T>(
  options: ConnectOptions & { readonly readOnly: boolean; readonly reconnectMs?: number },
  terminal: Terminal,
  work: (surroundings: WriteSurroundings) => Promise<T>,
): Promise<T> {
  const uri = chosenUri(options);
  const host = isLocal(uri) ? localHost() : undefined;
  const interruption = onInterrupt({ alsoWithoutOutput: !options.readOnly });
  terminal.progress(`connecting to ${uri}`);
  let hypervisor: Hypervisor | undefined;
  try {
    hypervisor = await openHypervisor(uri, {
      readOnly: options.readOnly,
      ...(options.reconnectMs !== undefined && { reconnectMs: options.reconnectMs }),
      ...(options.timeout !== undefined && { callTimeoutMs: options.timeout * 1000 }),
    });
    return await work({
      hypervisor,
      signal: interruption.signal,
      logger: loggerOf(terminal),
      wait: milliseconds => sleep(milliseconds),
      ...(!options.readOnly && { state: processState() }),
      ...(host && !options.readOnly && { hostWriter: localHostWriter() }),
      ...(host && { host }),
    });
  } finally {
    interruption.stop();
    terminal.clearProgress();
    await hypervisor?.close();
  }
}

/** What a terminal says of the work. */
export function loggerOf(terminal: Terminal): Logger {
  return { debug: terminal.detail, info: terminal.progress, warn: terminal.say };
}

/** Whether the libvirt of a URI is this machine's, so that its files and tc are ours to read. */
export function isLocal(uri: string): boolean {
  const parts = /^([a-z0-9]+)(?:\+([a-z0-9]+))?:\/\/([^/?]*)/i.exec(uri);
  if (parts === null) throw new QuotaError('invalid-input', uri, `'${uri}' is not a libvirt URI`);
  const [, , transport, server] = parts;
  return (transport === undefined || transport === 'unix') && server === '';
}

/**
 * A signal that the first Ctrl-C (or SIGTERM) gives; the next one ends the process.
 *
 * @param options.alsoWithoutOutput it is given too when nothing more can be printed, where the process would end otherwise
 */
export function onInterrupt({ alsoWithoutOutput = false } = {}): {
  readonly signal: AbortSignal;
  stop(): void;
} {
  const controller = new AbortController();
  const interrupt = () => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort();
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  const forget = alsoWithoutOutput ? onOutputLost(() => controller.abort()) : undefined;
  return {
    signal: controller.signal,
    stop: () => {
      forget?.();
      process.off('SIGINT', interrupt);
      process.off('SIGTERM', interrupt);
    },
  };
}

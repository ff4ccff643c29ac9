import { once } from 'node:events';
import { printable, printableLine } from '../printable.ts';
import type { Paint } from '../report/table.ts';
import { type Colours, noColours, terminalColours } from './colours.ts';

/** Where a command prints: data to standard output, everything else to standard error. */
export interface Terminal {
  /** What was found, as text for people or as JSON: what a terminal would obey is written as `\u001b`. */
  out(text: string): void;
  /** The same; done when there is room for more. */
  outPaced(text: string): Promise<void>;
  /** Data in a grammar of its own, every byte of which counts: as it is, but on a terminal as `out`. */
  data(text: string): void;
  /** What has been made printable already, as bytes, which nobody looks at any more when this is done. */
  outBytes(bytes: Uint8Array): Promise<void>;
  /** A message in one line, whatever somebody put into it; left out with `--quiet` unless it is about a failure. */
  say(text: string, options?: { readonly always?: boolean }): void;
  /** A message in one line that only `--verbose` shows. */
  detail(text: string): void;
  /** What is going on; shown with `--verbose`, or for a moment on a terminal. */
  progress(what: string): void;
  /** Removes a progress line that is still on the terminal. */
  clearProgress(): void;
  readonly paint: Paint;
  /** Columns, if standard output is a terminal or COLUMNS says so; absent: lines may be of any length. */
  readonly width?: number;
}

/** How much is said. */
export interface Loudness {
  readonly quiet?: boolean;
  readonly verbose?: boolean;
}

/**
 * The terminal of this process. Colours as NO_COLOR and the terminal allow. Nothing else writes to standard output or
 * standard error: whatever comes from outside is made harmless here.
 */
export function processTerminal({ quiet = false, verbose = false }: Loudness): Terminal {
  const width = columns();
  const live = process.stderr.isTTY === true && !quiet;
  const { paint, show } = colours();
  const clear = () => {
    if (live) process.stderr.write('\r\u001b[K');
  };
  const out = (text: string) => {
    clear();
    return process.stdout.write(show(text));
  };
  const tell = (text: string) => {
    clear();
    process.stderr.write(`${printableLine(text)}\n`);
  };
  return {
    out,
    outPaced: async text => {
      if (!out(text)) await once(process.stdout, 'drain');
    },
    data: text => {
      clear();
      process.stdout.write(process.stdout.isTTY === true ? show(text) : text);
    },
    outBytes: bytes => outBytes(bytes, clear),
    say: (text, options) => {
      if (!quiet || options?.always === true) tell(text);
    },
    detail: text => {
      if (verbose) tell(text);
    },
    progress: what => {
      if (verbose) process.stderr.write(`${printableLine(what)}\n`);
      else if (live) process.stderr.write(`\r\u001b[K${printableLine(what)} …`);
    },
    clearProgress: clear,
    paint,
    ...(width !== undefined && { width }),
  };
}

/** Text of the parser of command lines, which may name what was given. */
export const plainOutput = {
  writeOut: (text: string) => void process.stdout.write(printable(text)),
  writeErr: (text: string) => void process.stderr.write(printable(text)),
};

/** Why it ends, in one line: what libvirt or a file had to say may have several. */
export function sayFailure(message: string): void {
  process.stderr.write(`virt-quota: ${printableLine(message.trim())}\n`);
}

/** When standard output cannot be written to. */
export function onOutputError(listener: (error: Error) => void): void {
  process.stdout.on('error', listener);
}

function outBytes(bytes: Uint8Array, clear: () => void): Promise<void> {
  clear();
  const written = process.stdout.isTTY === true ? printable(Buffer.from(bytes).toString()) : bytes;
  // It is called when writing has failed, too.
  return new Promise(resolve => process.stdout.write(written, () => resolve()));
}

function columns(): number | undefined {
  const said = process.env.COLUMNS ?? '';
  if (/^\d{1,5}$/.test(said) && Number(said) > 0) return Number(said);
  return process.stdout.columns;
}

/** One for the process: what one terminal painted another one may print. */
let ofProcess: Colours | undefined;

function colours(): Colours {
  ofProcess ??= process.stdout.isTTY === true ? terminalColours() : noColours;
  return ofProcess;
}

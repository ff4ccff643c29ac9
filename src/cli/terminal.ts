import { styleText } from 'node:util';
import { type Paint, plainPaint } from '../report/table.ts';

/** Where a command prints: data to standard output, everything else to standard error. */
export interface Terminal {
  /** Data. */
  out(text: string): void;
  /** Data as bytes, which nobody looks at any more when this is done. */
  outBytes(bytes: Uint8Array): Promise<void>;
  /** A message; left out with `--quiet` unless it is about a failure. */
  say(text: string, options?: { readonly always?: boolean }): void;
  /** A message that only `--verbose` shows. */
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

/** The terminal of this process. Colours as NO_COLOR and the terminal allow. */
export function processTerminal({ quiet = false, verbose = false }: Loudness): Terminal {
  const width = columns();
  const live = process.stderr.isTTY === true && !quiet;
  const clear = () => {
    if (live) process.stderr.write('\r\u001b[K');
  };
  return {
    out: text => {
      clear();
      process.stdout.write(text);
    },
    outBytes: bytes => {
      clear();
      // It is called when writing has failed, too.
      return new Promise(resolve => process.stdout.write(bytes, () => resolve()));
    },
    say: (text, options) => {
      if (quiet && options?.always !== true) return;
      clear();
      process.stderr.write(`${text}\n`);
    },
    detail: text => {
      if (!verbose) return;
      clear();
      process.stderr.write(`${text}\n`);
    },
    progress: what => {
      if (verbose) process.stderr.write(`${what}\n`);
      else if (live) process.stderr.write(`\r\u001b[K${what} …`);
    },
    clearProgress: clear,
    paint: process.stdout.isTTY === true ? colours : plainPaint,
    ...(width !== undefined && { width }),
  };
}

function columns(): number | undefined {
  const said = process.env.COLUMNS ?? '';
  if (/^\d{1,5}$/.test(said) && Number(said) > 0) return Number(said);
  return process.stdout.columns;
}

const colours: Paint = (style, text) => styleText(style, text);

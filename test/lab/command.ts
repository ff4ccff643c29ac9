import { spawn } from 'node:child_process';
import { onInterrupt } from './interrupt.ts';
import { LabError } from './lab-error.ts';

/** How a program of the host is run. */
export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** How long it may take; for ever when absent. */
  readonly limitMs?: number;
}

/** As long as a timer can be set to, in ms: 24 days. */
const longestMs = 2 ** 31 - 1;

/**
 * Runs a program of the host to its end. An interrupted lab ends it and waits for it, so that it can clean up.
 *
 * @returns what it wrote to stdout.
 * @throws LabError `missing` when there is no such program, `failed` with the end of its stderr when it fails.
 */
export function command(
  program: string,
  argv: readonly string[],
  { limitMs, ...options }: CommandOptions = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, argv, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      child.kill('SIGTERM');
    }, limitMs ?? longestMs);
    const output: Buffer[] = [];
    let errors = '';
    const ended = new Promise<void>(done => child.once('close', () => done()));
    const forget = onInterrupt(() => {
      child.kill('SIGTERM');
      return ended;
    });
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => {
      errors = (errors + chunk.toString()).slice(-4000);
    });
    child.once('error', error => {
      clearTimeout(timer);
      forget();
      reject(isMissing(error) ? missing(program) : error);
    });
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      forget();
      const how = late ? `was not done within ${limitMs} ms` : `ended with ${signal ?? `exit ${code}`}`;
      if (code === 0) resolve(Buffer.concat(output).toString());
      else reject(new LabError('failed', `${program} ${how}:\n${errors.trimEnd()}`));
    });
  });
}

/** The error for a program that is not installed. */
export function missing(program: string): LabError {
  return new LabError(
    'missing',
    `${program} is not installed: "npm run setup -- --lab" installs what the lab needs`,
  );
}

/** Whether a program could not be started because it is not there. */
export function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

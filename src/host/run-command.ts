import { execFile } from 'node:child_process';
import { type CommandResult, HostReadError } from '../ports/host.ts';
import { programFile, searchPath } from './program-stamp.ts';

/** What one command may answer. */
export const MAX_OUTPUT_BYTES = 16 * 1024 ** 2;

/** How long a command may take, in ms, what ends it before, and what it reads from its standard input. */
export interface RunOptions {
  readonly timeoutMs: number;
  readonly input?: string;
  readonly signal?: AbortSignal;
}

/** Runs a command without a shell and in plain language. @throws HostReadError, or the signal's reason */
export async function runCommand(
  argv: readonly string[],
  { timeoutMs, signal, input }: RunOptions,
): Promise<CommandResult> {
  const [program = '', ...rest] = argv;
  const options = {
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
    maxBuffer: MAX_OUTPUT_BYTES,
    env: commandEnvironment(),
    ...(signal && { signal }),
  } as const;
  return new Promise((resolve, reject) => {
    const child = execFile(programFile(program) ?? program, rest, options, (error, stdout, stderr) => {
      if (error === null) return resolve({ exitCode: 0, stdout, stderr });
      if (typeof error.code === 'number') return resolve({ exitCode: error.code, stdout, stderr });
      reject(
        signal?.aborted ? signal.reason : new HostReadError(whyNot(argv, timeoutMs, error), { cause: error }),
      );
    });
    // A program that ends without having read it all has its reasons, and its exit code.
    child.stdin?.on('error', () => {});
    child.stdin?.end(input);
  });
}

/** All that a child is given: plain language, and programs from where only root puts them. */
export function commandEnvironment(): Readonly<Record<string, string>> {
  return { LC_ALL: 'C', PATH: searchPath };
}

/** What is said of a command that took too long. */
export function tooLate(argv: readonly string[], timeoutMs: number): string {
  return `'${argv.join(' ')}' did not end within ${timeoutMs / 1000} s`;
}

function whyNot(argv: readonly string[], timeoutMs: number, error: Error): string {
  const [program] = argv;
  const line = argv.join(' ');
  const code = 'code' in error ? String(error.code) : '';
  if (code === 'ENOENT') return `'${program}' is not installed`;
  if (code === 'EACCES') return `'${program}' may not be run`;
  if (code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER')
    return `'${line}' wrote more than ${MAX_OUTPUT_BYTES} bytes`;
  if ('killed' in error && error.killed === true) return tooLate(argv, timeoutMs);
  return `'${line}' did not run: ${error.message}`;
}

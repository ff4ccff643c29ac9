import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { LibvirtError } from './error.ts';
import type { Link } from './link.ts';

/** As much of what the program complains about is kept. */
const complaintMax = 2000;

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

/**
 * Starts a program that leads to the daemon by its standard input and output.
 * @throws LibvirtError `unreachable` when it cannot be started; the signal's own reason when it comes first.
 */
export async function openCommand(argv: readonly [string, ...string[]], signal: AbortSignal): Promise<Link> {
  signal.throwIfAborted();
  const [program, ...args] = argv;
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  const complaint = collectComplaint(child);
  await started(child, program);
  const link = {
    input: child.stdout,
    output: child.stdin,
    destroy: () => kill(child),
    explain: () => explain(program, complaint(), child),
  };
  if (signal.aborted) link.destroy();
  signal.throwIfAborted();
  return link;
}

function started(child: Child, program: string): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('spawn', resolve);
    child.on('error', cause => {
      reject(new LibvirtError('unreachable', `cannot start '${program}': ${cause.message}`, { cause }));
    });
  });
}

function collectComplaint(child: Child): () => string {
  let text = '';
  child.stderr.setEncoding('utf8').on('data', chunk => {
    text = (text + chunk).slice(-complaintMax);
  });
  child.stderr.on('error', () => {});
  return () => text.trim().replaceAll(/\s*\n\s*/g, '; ');
}

function explain(program: string, complaint: string, { exitCode, signalCode }: Child): string {
  const status = exitCode === null ? signalCode : `exit status ${exitCode}`;
  return [`'${program}' has ended`, status, complaint].filter(Boolean).join(': ');
}

function kill(child: Child): void {
  child.stdin.on('error', () => {}).destroy();
  child.stdout.destroy();
  child.stderr.destroy();
  child.kill('SIGKILL');
}

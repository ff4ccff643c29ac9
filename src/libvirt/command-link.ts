import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { LibvirtError } from './error.ts';
import type { Link } from './link.ts';

/** As much of what the program complains about is kept. */
const complaintMax = 2000;
/** How long to wait for the end of a program whose output has ended. */
const lastWordsMs = 500;

/** Programs that run now: they go when we go. */
const children = new Set<Child>();
let isWatchingExit = false;

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

/**
 * Starts a program that leads to the daemon by its standard input and output.
 * @throws LibvirtError `unreachable` when it cannot be started; the signal's own reason when it comes first.
 */
export async function openCommand(argv: readonly [string, ...string[]], signal: AbortSignal): Promise<Link> {
  signal.throwIfAborted();
  const [program, ...args] = argv;
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'], env: childEnvironment() });
  killAtExit(child);
  const complaint = collectComplaint(child);
  await started(child, program);
  const link = {
    input: child.stdout,
    output: child.stdin,
    destroy: () => kill(child),
    explain: () => explain(program, complaint, child),
  };
  if (signal.aborted) link.destroy();
  signal.throwIfAborted();
  return link;
}

/** What ssh needs to be the user's: his files, his agent, his tickets, his terminal. Nothing else is handed on. */
const handedOn = ['HOME', 'USER', 'LOGNAME', 'SSH_AUTH_SOCK', 'KRB5CCNAME', 'XDG_RUNTIME_DIR', 'TERM'];

function childEnvironment(): Readonly<Record<string, string>> {
  const own = handedOn.flatMap(name => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value]];
  });
  const path = '/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin';
  return { ...Object.fromEntries(own), LC_ALL: 'C', PATH: path };
}

function killAtExit(child: Child): void {
  children.add(child);
  child.once('close', () => children.delete(child));
  if (isWatchingExit) return;
  isWatchingExit = true;
  process.once('exit', () => {
    for (const running of children) running.kill('SIGKILL');
  });
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

/** Its streams end before it does; what it has to say comes in between. */
async function explain(program: string, complaint: () => string, child: Child): Promise<string> {
  await Promise.race([closed(child), sleep(lastWordsMs, undefined, { ref: false })]);
  const { exitCode, signalCode } = child;
  const status = exitCode === null ? signalCode : `exit status ${exitCode}`;
  return [`'${program}' has ended`, status, complaint()].filter(Boolean).join(': ');
}

function closed(child: Child): Promise<void> {
  const isOver = child.exitCode !== null && child.stderr.destroyed;
  return isOver ? Promise.resolve() : new Promise(resolve => child.once('close', () => resolve()));
}

function kill(child: Child): void {
  child.stdin.on('error', () => {}).destroy();
  child.stdout.destroy();
  child.stderr.destroy();
  child.kill('SIGKILL');
}

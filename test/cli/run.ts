import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The built command line. */
export const main = join(import.meta.dirname, '../../dist/bundle/cli/main.js');

/** Locks and journals of tests are not this machine's. */
const stateDir = join(tmpdir(), `virt-quota-test-state-${process.pid}`);

/** What a run of the command line left. */
export interface Ran {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** How it is run. */
export interface RunOptions {
  /** What it reads. */
  readonly input?: string;
  /** On top of this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs the built `virt-quota` as a process of its own. */
export function virtQuota(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [main, ...args], {
      stdio: 'pipe',
      env: { ...process.env, VIRT_QUOTA_STATE_DIR: stateDir, ...options.env },
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', text => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', text => (stderr += text));
    child.on('error', reject);
    child.on('close', exitCode => resolve({ exitCode, stdout, stderr }));
    // A command that refuses its input early closes its end.
    child.stdin.on('error', () => {});
    child.stdin.end(options.input ?? '');
  });
}

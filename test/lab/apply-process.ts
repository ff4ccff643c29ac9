import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Properties } from './flavors.ts';
import { projectFolder } from './paths.ts';

/** What an apply in a process of its own shall do. */
export interface ApplyTask {
  /** Name of the lab's hypervisor. */
  readonly place: string;
  readonly uri: string;
  /** Folder of locks and journals. */
  readonly state: string;
  readonly domain: string;
  readonly flavor: string;
  readonly properties: Properties;
  readonly ovsNative?: true;
}

/** An apply in a process of its own, so that it can be killed, or be one of two. It runs what was built last. */
export interface ApplyProcess {
  readonly child: ChildProcess;
  /** Its outcome, or the code of its error; empty when it was killed. */
  readonly ended: Promise<string>;
}

/** Starts one. */
export function startApply(task: ApplyTask): ApplyProcess {
  const script = join(projectFolder, 'dist/test/lab/apply-child.js');
  const child = spawn(process.execPath, [script, JSON.stringify(task)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', chunk => {
    output += chunk;
  });
  return { child, ended: once(child, 'close').then(() => output) };
}

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import ts from 'typescript';

const source = new URL('../../src/libvirt', import.meta.url).pathname;

/** Makes JavaScript of the client alone: it imports nothing from the rest of this program. */
export function compileClient(folder: string): void {
  compile(source, folder);
}

function compile(from: string, to: string): void {
  const target = join(to, basename(from));
  mkdirSync(target);
  writeFileSync(join(dirname(target), 'package.json'), '{ "type": "module" }');
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const path = join(from, entry.name);
    if (entry.isDirectory()) compile(path, target);
    else
      writeFileSync(join(target, entry.name.replace(/\.ts$/, '.js')), transpiled(readFileSync(path, 'utf8')));
  }
}

function transpiled(text: string): string {
  const compilerOptions = {
    module: ts.ModuleKind.ESNext,
    target: ts.ScriptTarget.ES2023,
    rewriteRelativeImportExtensions: true,
    verbatimModuleSyntax: true,
  };
  return ts.transpileModule(text, { compilerOptions }).outputText;
}

/** What a program did: exit code, absent when it had to be killed, and what it printed. */
export interface Outcome {
  readonly code: number | null;
  readonly output: string;
}

/** Runs a module that has `connect` and `uri`; kills it when it has not ended after some seconds. */
export function runClient(
  folder: string,
  script: string,
  uri: string,
  {
    env = {},
    limitMs = 8_000,
  }: { readonly env?: Readonly<Record<string, string>>; readonly limitMs?: number } = {},
): Promise<Outcome> {
  const module = `import { connect } from '${folder}/libvirt/index.js'; const uri = ${JSON.stringify(uri)};\n${script}`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', module], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return outcomeOf(child, limitMs);
}

function outcomeOf(child: ChildProcess, limitMs: number): Promise<Outcome> {
  let output = '';
  child.stdout?.on('data', chunk => {
    output += chunk;
  });
  const watchdog = setTimeout(() => child.kill('SIGKILL'), limitMs);
  return new Promise(resolve => {
    child.on('close', code => {
      clearTimeout(watchdog);
      resolve({ code, output });
    });
  });
}

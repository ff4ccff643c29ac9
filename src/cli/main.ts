#!/usr/bin/env node
import { QuotaError } from '../errors.ts';
import { exitCode, exitCodeOfError } from './exit-codes.ts';
import { tellOutputLost } from './output-lost.ts';
import { plainTranslate } from './plain-translate.ts';
import { onOutputError, plainOutput, sayFailure } from './terminal.ts';

/** As a shell has it for a process that Ctrl-C has ended. */
const INTERRUPTED = 130;

let outputLost = false;
onOutputError(error => {
  if (outputLost) return;
  outputLost = true;
  // The reader (head, less) has gone: what it did not want to see is not our failure. Any other reason is.
  if ((error as NodeJS.ErrnoException).code !== 'EPIPE')
    process.exitCode = report(
      new QuotaError('refused', 'standard output', `cannot write what was found: ${error.message}`),
    );
  // Who is writing to a hypervisor ends first what it is in the middle of.
  if (!tellOutputLost()) process.exit();
});

// Node would print it as it is, and end with what stands for differences.
process.on('uncaughtException', error => process.exit(report(error)));

try {
  await run(process.argv.slice(2));
} catch (error) {
  process.exitCode = report(error);
}

async function run(args: readonly string[]): Promise<void> {
  const plain = plainTranslate(args);
  if (plain?.kind === 'one') return (await import('./commands/translate.ts')).translate(plain.options);
  if (plain?.kind === 'jsonl') {
    return (await import('./commands/translate-jsonl.ts')).translateJsonl(plain.options);
  }
  const { program } = await import('./program.ts');
  await (await program(args[0])).parseAsync();
}

function report(error: unknown): number {
  if (error instanceof QuotaError) {
    sayFailure(error.message);
    return exitCodeOfError(error.code);
  }
  if (error instanceof Error && error.name === 'AbortError') {
    sayFailure('interrupted');
    return INTERRUPTED;
  }
  if (isCommanderError(error)) return error.exitCode === 0 ? exitCode.ok : exitCode.invalid;
  const text = error instanceof Error ? error.message : String(error);
  sayFailure(`internal error: ${text}`);
  if (process.env.VIRT_QUOTA_DEBUG !== undefined && error instanceof Error)
    plainOutput.writeErr(`${error.stack}\n`);
  return exitCodeOfError('internal');
}

function isCommanderError(error: unknown): error is Error & { readonly exitCode: number } {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('commander.');
}

import { writeFile } from 'node:fs/promises';
import { hasErrors } from '../../diagnostics.ts';
import { QuotaError } from '../../errors.ts';
import { renderPlan } from '../../report/plan-text.ts';
import { planDomain } from '../../workflow/plan-domain.ts';
import { type ConnectOptions, connected } from '../connection.ts';
import { exitCode } from '../exit-codes.ts';
import { type QuotaOptions, readQuota, sayDiagnostics } from '../quota-input.ts';
import { scopesOf } from '../scopes.ts';
import { type Loudness, processTerminal } from '../terminal.ts';

/** Options of `plan`, and of `apply --dry-run`. */
export interface PlanOptions extends ConnectOptions, QuotaOptions, Loudness {
  readonly live: boolean;
  readonly config: boolean;
  readonly format: 'text' | 'json';
  readonly out?: string;
  readonly exitCode?: boolean;
}

/** `virt-quota plan`. */
export async function plan(domain: string, options: PlanOptions): Promise<void> {
  const terminal = processTerminal(options);
  const { quota } = await readQuota(options, terminal);
  const { plan: planned } = await connected({ ...options, readOnly: true }, terminal, surroundings =>
    planDomain(surroundings, { domain, quota, scopes: scopesOf(options) }),
  );
  const json = `${JSON.stringify(planned, null, 2)}\n`;
  terminal.out(options.format === 'json' ? json : renderPlan(planned, terminal.paint));
  sayDiagnostics(planned.diagnostics, terminal);
  if (options.out !== undefined) await save(options.out, json);
  if (hasErrors(planned.diagnostics)) process.exitCode = exitCode.invalid;
  else if (options.exitCode === true && planned.steps.length > 0) process.exitCode = exitCode.differences;
}

async function save(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text);
  } catch (error) {
    throw new QuotaError('invalid-input', file, `cannot write '${file}': ${(error as Error).message}`, {
      cause: error,
    });
  }
}

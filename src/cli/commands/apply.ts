import { renderApply } from '../../report/apply-text.ts';
import { renderVerdictSummary, renderVerdicts } from '../../report/verdict-table.ts';
import { applyDomain } from '../../workflow/apply.ts';
import { connected } from '../connection.ts';
import { exitCodeOfApply } from '../exit-codes.ts';
import { readQuota, sayDiagnostics } from '../quota-input.ts';
import { scopesOf } from '../scopes.ts';
import { processTerminal } from '../terminal.ts';
import { type PlanOptions, plan } from './plan.ts';

/** Options of `apply`. */
export interface ApplyOptions extends PlanOptions {
  readonly dryRun?: boolean;
}

/** `virt-quota apply`. */
export async function apply(domain: string, options: ApplyOptions): Promise<void> {
  if (options.dryRun === true) return plan(domain, options);
  const terminal = processTerminal(options);
  const { quota } = await readQuota(options, terminal);
  const result = await connected({ ...options, readOnly: false }, terminal, surroundings =>
    applyDomain(surroundings, { domain, quota, scopes: scopesOf(options) }),
  );
  sayDiagnostics(result.plan.diagnostics, terminal);
  if (options.format === 'json')
    terminal.out(`${JSON.stringify({ schemaVersion: 1, ...result }, null, 2)}\n`);
  else {
    terminal.out(renderApply(result, terminal.paint));
    if (result.outcome === 'applied' || result.outcome === 'unchanged') {
      terminal.out(renderVerdicts(result.verdicts, terminal.paint, options.verbose));
      terminal.out(renderVerdictSummary(result.verdicts));
    }
  }
  process.exitCode = exitCodeOfApply(result);
}

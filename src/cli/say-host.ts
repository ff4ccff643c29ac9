import { hasErrors } from '../diagnostics.ts';
import type { PlannedHost } from '../plan/host-plan.ts';
import type { HostResult } from '../plan/host-result.ts';
import { hostReport, plannedHostReport } from '../report/host-report.ts';
import { renderHostPlan, renderHostResult } from '../report/host-text.ts';
import { renderHostVerdicts, renderVerdictSummary } from '../report/verdict-table.ts';
import { exitCode, exitCodeOfApply, exitCodeOfVerdicts } from './exit-codes.ts';
import { sayDiagnostics } from './quota-input.ts';
import type { Loudness, Terminal } from './terminal.ts';

/** Options of everything that is said of a change of the host. */
export interface SayHostOptions extends Loudness {
  readonly format: 'text' | 'json';
  /** Of a plan: whether changes show in the exit code. */
  readonly exitCode?: boolean;
}

/** Prints what a change of the host came to, and sets the exit code. */
export function sayHostResult<Op>(result: HostResult<Op>, options: SayHostOptions, terminal: Terminal): void {
  sayDiagnostics(result.plan.diagnostics, terminal);
  if (options.format === 'json') terminal.out(`${JSON.stringify(hostReport(result), null, 2)}\n`);
  else {
    terminal.out(renderHostResult(result, terminal.paint));
    if (result.outcome === 'applied' || result.outcome === 'unchanged')
      sayVerdicts(result, options, terminal);
  }
  process.exitCode = exitCodeOfApply(result);
}

/** Prints a plan that is not carried out, and sets the exit code. */
export function sayHostPlan<Op>(planned: PlannedHost<Op>, options: SayHostOptions, terminal: Terminal): void {
  const { plan } = planned;
  sayDiagnostics(plan.diagnostics, terminal);
  if (options.format === 'json') terminal.out(jsonOf(planned, 'planned'));
  else terminal.out(renderHostPlan(plan, terminal.paint));
  const changed = options.exitCode === true && plan.changes.length > 0;
  if (hasErrors(plan.diagnostics)) process.exitCode = exitCode.invalid;
  else process.exitCode = changed ? exitCode.differences : exitCode.ok;
}

/** Prints how the host stands, and sets the exit code. */
export function sayHostVerdicts<Op>(
  planned: PlannedHost<Op>,
  options: SayHostOptions,
  terminal: Terminal,
): void {
  sayDiagnostics(planned.plan.diagnostics, terminal);
  if (options.format === 'json') terminal.out(jsonOf(planned, 'verified'));
  else sayVerdicts(planned, options, terminal);
  process.exitCode = exitCodeOfVerdicts(planned.verdicts);
}

function sayVerdicts(
  { verdicts }: Pick<PlannedHost<unknown>, 'verdicts'>,
  options: Loudness,
  terminal: Terminal,
): void {
  if (verdicts.length > 0) terminal.out(renderHostVerdicts(verdicts, terminal.paint, options.verbose));
  terminal.out(renderVerdictSummary(verdicts));
}

function jsonOf<Op>(planned: PlannedHost<Op>, outcome: 'planned' | 'verified'): string {
  return `${JSON.stringify(plannedHostReport(planned, outcome), null, 2)}\n`;
}

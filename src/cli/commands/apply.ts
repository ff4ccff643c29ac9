import { hasErrors } from '../../diagnostics.ts';
import { QuotaError } from '../../errors.ts';
import type { ApplyResult } from '../../plan/apply-result.ts';
import { applyReport } from '../../report/apply-report.ts';
import { renderApply } from '../../report/apply-text.ts';
import { renderPlan } from '../../report/plan-text.ts';
import { oneLine } from '../../report/table.ts';
import { renderVerdictSummary, renderVerdicts } from '../../report/verdict-table.ts';
import { applyDomain, applyPlan, requireFresh } from '../../workflow/apply.ts';
import { type PlanFile, readPlanFile } from '../../workflow/plan-file.ts';
import { readToWrite } from '../asked.ts';
import { connected, isLocal } from '../connection.ts';
import { domainXmlFrom } from '../domain-xml.ts';
import { exitCode, exitCodeOfApply } from '../exit-codes.ts';
import { readInput } from '../inputs.ts';
import { sayDiagnostics, wishOptionsIn } from '../quota-input.ts';
import { connectionOf } from '../saved-connection.ts';
import { scopesOf } from '../scopes.ts';
import { processTerminal, type Terminal } from '../terminal.ts';
import { applyToMany, type ManyApplyOptions } from './apply-many.ts';
import { type PlanOptions, plan } from './plan.ts';

const PLAN_LIMIT = 16 * 1024 * 1024;

/** Options of `apply`. */
export interface ApplyOptions extends Omit<PlanOptions, 'format'>, ManyApplyOptions {
  readonly format: 'text' | 'json' | 'jsonl';
  readonly dryRun?: boolean;
}

/** `virt-quota apply`: one domain, a plan that was saved, or many domains. */
export async function apply(names: readonly string[], options: ApplyOptions): Promise<void> {
  const [name] = names;
  const isOne =
    name !== undefined && names.length === 1 && options.all !== true && options.from === undefined;
  if (!isOne) return applyToMany(names, options);
  if (isPlanFile(name)) return applyPlanFile(name, options);
  const format = options.format === 'text' ? 'text' : 'json';
  if (options.dryRun === true) return plan(name, { ...options, format });
  const terminal = processTerminal(options);
  const asked = await readToWrite(options, terminal, domainXmlFrom(name, options, terminal));
  const result = await connected({ ...options, readOnly: false }, terminal, surroundings =>
    applyDomain(surroundings, { domain: name, ...asked, scopes: scopesOf(options) }),
  );
  finish(result, options, terminal);
}

/** Nobody calls a domain so. */
function isPlanFile(name: string): boolean {
  return name === '-' || name.endsWith('.json');
}

const mannerOptions = ['remove', 'prune', 'ovsNative', 'allowUnknown'] as const;

async function applyPlanFile(file: string, options: ApplyOptions): Promise<void> {
  const given = [...wishOptionsIn(options), ...mannerOptions.filter(one => options[one] !== undefined)];
  if (given.length > 0 || options.live || options.config) {
    throw new QuotaError(
      'invalid-input',
      file,
      'a saved plan says itself what is wanted: no further options',
    );
  }
  const terminal = processTerminal(options);
  const saved = readPlanFile(await readInput(file, PLAN_LIMIT), file);
  const connection = connectionOf({ what: `the plan '${file}'`, uri: saved.uri }, options, terminal);
  if (options.dryRun === true)
    return showPlanFile(saved, { ...options, connect: connection.connect }, terminal);
  const result = await connected({ ...connection, readOnly: false }, terminal, surroundings =>
    applyPlan(surroundings, saved),
  );
  finish(result, options, terminal);
}

/** What it would do, and where; that the domain is still as it was is looked at, too. */
async function showPlanFile(
  saved: PlanFile,
  options: ApplyOptions & { readonly connect: string },
  terminal: Terminal,
): Promise<void> {
  const { domain, diagnostics } = saved;
  const { connect } = options;
  await connected({ ...options, readOnly: true }, terminal, surroundings =>
    requireFresh(surroundings, saved),
  );
  sayDiagnostics(diagnostics, terminal);
  if (options.format === 'text') {
    const where = isLocal(connect) ? 'on this machine' : 'not on this machine';
    terminal.out(renderPlan(saved, terminal.paint));
    const place = oneLine(`domain ${domain.name} (${domain.uuid}) of ${connect}, ${where}`);
    terminal.out(`Where: ${place}. Nothing was written.\n`);
  } else
    terminal.out(`${JSON.stringify({ ...saved, uri: connect }, null, options.format === 'json' ? 2 : 0)}\n`);
  if (hasErrors(diagnostics)) process.exitCode = exitCode.invalid;
}

function finish(result: ApplyResult, options: ApplyOptions, terminal: Terminal): void {
  sayDiagnostics(result.plan.diagnostics, terminal);
  if (options.format !== 'text') terminal.out(`${jsonOf(result, options.format === 'json')}\n`);
  else {
    terminal.out(renderApply(result, terminal.paint));
    if (result.outcome === 'applied' || result.outcome === 'unchanged') {
      terminal.out(renderVerdicts(result.verdicts, terminal.paint, options.verbose));
      terminal.out(renderVerdictSummary(result.verdicts));
    }
  }
  process.exitCode = exitCodeOfApply(result);
}

function jsonOf(result: ApplyResult, pretty: boolean): string {
  return JSON.stringify(applyReport(result), null, pretty ? 2 : 0);
}

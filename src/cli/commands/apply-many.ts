import { type Diagnostic, hasErrors } from '../../diagnostics.ts';
import { QuotaError } from '../../errors.ts';
import type { ApplyResult, DomainOutcome } from '../../plan/apply-result.ts';
import { changesAnything } from '../../plan/plan.ts';
import { outcomeReport } from '../../report/apply-report.ts';
import { renderOutcome, renderTally, type Tally } from '../../report/apply-text.ts';
import { applyDomain } from '../../workflow/apply.ts';
import { applyMany } from '../../workflow/apply-many.ts';
import { type DomainRequest, planDomain } from '../../workflow/plan-domain.ts';
import type { ReadSurroundings } from '../../workflow/surroundings.ts';
import { type AskedOptions, readToWrite } from '../asked.ts';
import { readAssignments } from '../assignments.ts';
import { type ConnectOptions, connected } from '../connection.ts';
import { type ExitCode, exitCode, exitCodeOfOutcome, worstExitCode } from '../exit-codes.ts';
import { sayDiagnostics } from '../quota-input.ts';
import { scopesOf } from '../scopes.ts';
import { type Loudness, processTerminal, type Terminal } from '../terminal.ts';

/** Options of an apply to many domains. */
export interface ManyApplyOptions extends ConnectOptions, AskedOptions, Loudness {
  readonly live: boolean;
  readonly config: boolean;
  readonly format: 'text' | 'json' | 'jsonl';
  readonly all?: boolean;
  /** A file of assignments, or `-`. */
  readonly from?: string;
  readonly parallel: number;
  readonly failFast?: boolean;
  readonly maxFailures?: number;
  readonly dryRun?: boolean;
}

/** `virt-quota apply` with several domains, `--all` or `--from`. */
export async function applyToMany(names: readonly string[], options: ManyApplyOptions): Promise<void> {
  const terminal = processTerminal(options);
  const report = reporter(options, terminal);
  const requestsOn = await readRequests(names, options, terminal);
  await connected({ ...options, readOnly: options.dryRun === true }, terminal, async surroundings => {
    const requests = await requestsOn(surroundings);
    // Every domain's own steps would run over each other on one progress line.
    const { logger: _, ...quiet } = surroundings;
    const maxFailures = options.failFast === true ? 1 : options.maxFailures;
    const many = { parallel: options.parallel, ...(maxFailures !== undefined && { maxFailures }) };
    const work = options.dryRun === true ? planOnly : applyDomain;
    let count = 0;
    for await (const outcome of applyMany(quiet, requests, many, work)) {
      report.show(outcome);
      terminal.progress(`${++count} of ${requests.length} domains`);
    }
    const left = requests.length - count;
    if (left > 0) terminal.say(`${left} of ${requests.length} domains were not begun`, { always: true });
  });
  report.end();
}

/** What an apply would do, as its result before anything was written. */
async function planOnly(surroundings: ReadSurroundings, request: DomainRequest): Promise<ApplyResult> {
  const { plan, assessment } = await planDomain(surroundings, request);
  const outcome = hasErrors(plan.diagnostics) ? 'refused' : changesAnything(plan) ? 'planned' : 'unchanged';
  return { outcome, plan, steps: [], verdicts: assessment.verdicts };
}

/** Shows outcomes as they come; only the JSON of all of them has to be kept. */
function reporter(options: ManyApplyOptions, terminal: Terminal) {
  const kept: object[] = [];
  const tally: Tally = {};
  let worst: ExitCode = exitCode.ok;
  return {
    show(outcome: DomainOutcome): void {
      const word = 'result' in outcome ? outcome.result.outcome : 'error';
      tally[word] = (tally[word] ?? 0) + 1;
      worst = worstExitCode([worst, exitCodeOfOutcome(outcome)]);
      if ('result' in outcome) sayDiagnosticsOf(outcome.domain, outcome.result.plan.diagnostics, terminal);
      if (options.format === 'text') terminal.out(renderOutcome(outcome, terminal.paint));
      if (options.format === 'jsonl') terminal.out(`${JSON.stringify(outcomeReport(outcome))}\n`);
      if (options.format === 'json') kept.push(outcomeReport(outcome));
    },
    end(): void {
      if (options.format === 'json') {
        terminal.out(`${JSON.stringify({ schemaVersion: 1, domains: kept }, null, 2)}\n`);
      }
      if (options.format === 'text') terminal.out(renderTally(tally));
      process.exitCode = worst;
    },
  };
}

/** What the arguments ask for, before anybody is connected to: only which domains there are is left to be seen. */
async function readRequests(
  names: readonly string[],
  options: ManyApplyOptions,
  terminal: Terminal,
): Promise<(surroundings: ReadSurroundings) => Promise<readonly DomainRequest[]>> {
  const scopes = scopesOf(options);
  const given = [names.length > 0, options.all === true, options.from !== undefined].filter(Boolean);
  if (given.length !== 1) {
    throw new QuotaError(
      'invalid-input',
      'apply',
      'say which domains: NAMES, --all, or --from FILE (one of them)',
    );
  }
  if (options.from !== undefined) {
    const requests = await readAssignments(options.from, { scopes, options, terminal, toWrite: true });
    return async () => requests;
  }
  const asked = await readToWrite(options, terminal);
  return async ({ hypervisor }) => {
    const domains = names.length > 0 ? names : (await hypervisor.listDomains()).map(one => one.uuid);
    return domains.map(domain => ({ domain, ...asked, scopes }));
  };
}

function sayDiagnosticsOf(domain: string, diagnostics: readonly Diagnostic[], terminal: Terminal): void {
  sayDiagnostics(
    diagnostics.map(found => ({ ...found, path: `${domain}: ${found.path}` })),
    terminal,
  );
}

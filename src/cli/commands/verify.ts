import { hasErrors } from '../../diagnostics.ts';
import { renderLimitSummary } from '../../report/limit-counts-text.ts';
import { renderVerdictSummary, renderVerdicts } from '../../report/verdict-table.ts';
import { verifyReport } from '../../report/verify-report.ts';
import { verifyDomain } from '../../workflow/verify.ts';
import { domainXmlFrom } from '../domain-xml.ts';
import { exitCode, exitCodeOfVerdicts } from '../exit-codes.ts';
import { type LookOptions, looking } from '../looking.ts';
import { type QuotaOptions, readProvingQuota, sayDiagnostics } from '../quota-input.ts';
import { scopesOf } from '../scopes.ts';
import { type Loudness, processTerminal } from '../terminal.ts';

/** Options of `verify`. */
export interface VerifyOptions extends LookOptions, QuotaOptions, Loudness {
  /** Limits that the flavor does not ask for shall not be there. */
  readonly prune?: boolean;
  /** As in {@link AskedOptions}. */
  readonly ovsNative?: boolean;
  /** What is lost at the next start counts for the exit code. */
  readonly strict?: boolean;
  readonly live: boolean;
  readonly config: boolean;
  readonly format: 'table' | 'json';
}

/** `virt-quota verify`. */
export async function verify(domain: string, options: VerifyOptions): Promise<void> {
  const terminal = processTerminal(options);
  const { quota, volumes } = await readProvingQuota(
    options,
    terminal,
    domainXmlFrom(domain, options, terminal),
  );
  const { prune = false, ovsNative = false } = options;
  const request = { domain, quota, volumes, prune, ovsNative, scopes: scopesOf(options) };
  const found = await looking(options, terminal, surroundings => verifyDomain(surroundings, request));
  sayDiagnostics(found.diagnostics, terminal);
  if (options.format === 'json')
    terminal.out(`${JSON.stringify(verifyReport(found.view.state, found), null, 2)}\n`);
  else {
    terminal.out(renderVerdicts(found.verdicts, terminal.paint, options.verbose));
    terminal.out(renderVerdictSummary(found.verdicts));
    terminal.out(renderLimitSummary(found.view.state, found.limits, found.nextStart));
  }
  const counting = options.strict === true ? [...found.verdicts, ...found.nextStart] : found.verdicts;
  process.exitCode = hasErrors(found.diagnostics) ? exitCode.invalid : exitCodeOfVerdicts(counting);
}

import { hasErrors } from '../../diagnostics.ts';
import { capturedHost, capturedHypervisor, loadRecording } from '../../host/recording.ts';
import { renderVerdictSummary, renderVerdicts } from '../../report/verdict-table.ts';
import { verifyReport } from '../../report/verify-report.ts';
import type { Assessment } from '../../workflow/assess.ts';
import { type DomainRequest, verifyDomain } from '../../workflow/plan-domain.ts';
import { type ConnectOptions, connected } from '../connection.ts';
import { domainXmlFrom } from '../domain-xml.ts';
import { exitCode, exitCodeOfVerdicts } from '../exit-codes.ts';
import { type QuotaOptions, readQuota, sayDiagnostics } from '../quota-input.ts';
import { scopesOf } from '../scopes.ts';
import { type Loudness, processTerminal, type Terminal } from '../terminal.ts';

/** Options of `verify`. */
export interface VerifyOptions extends ConnectOptions, QuotaOptions, Loudness {
  /** Limits that the flavor does not ask for shall not be there. */
  readonly prune?: boolean;
  /** As in {@link AskedOptions}. */
  readonly ovsNative?: boolean;
  readonly live: boolean;
  readonly config: boolean;
  readonly format: 'table' | 'json';
  readonly host?: string;
}

/** `virt-quota verify`. */
export async function verify(domain: string, options: VerifyOptions): Promise<void> {
  const terminal = processTerminal(options);
  const { quota, volumes } = await readQuota(options, terminal, domainXmlFrom(domain, options, terminal));
  const { prune = false, ovsNative = false } = options;
  const request = { domain, quota, volumes, prune, ovsNative, scopes: scopesOf(options) };
  const found = await look(request, options, terminal);
  sayDiagnostics(found.diagnostics, terminal);
  if (options.format === 'json')
    terminal.out(`${JSON.stringify(verifyReport(found.view.state, found), null, 2)}\n`);
  else {
    terminal.out(renderVerdicts(found.verdicts, terminal.paint, options.verbose));
    terminal.out(renderVerdictSummary(found.verdicts));
  }
  process.exitCode = hasErrors(found.diagnostics) ? exitCode.invalid : exitCodeOfVerdicts(found.verdicts);
}

async function look(request: DomainRequest, options: VerifyOptions, terminal: Terminal): Promise<Assessment> {
  if (options.host === undefined) {
    return connected({ ...options, readOnly: true }, terminal, surroundings =>
      verifyDomain(surroundings, request),
    );
  }
  const recording = await loadRecording(options.host);
  return verifyDomain({ hypervisor: capturedHypervisor(recording), host: capturedHost(recording) }, request);
}

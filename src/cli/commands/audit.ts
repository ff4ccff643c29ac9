import { capturedHost, capturedHypervisor, loadRecording } from '../../host/recording.ts';
import type { DomainRef } from '../../ports/hypervisor.ts';
import { type AuditReport, auditReport } from '../../report/audit-report.ts';
import { type AuditOutcome, auditDomains } from '../../workflow/audit.ts';
import type { ReadSurroundings } from '../../workflow/surroundings.ts';
import { type AuditOutputOptions, printAudit } from '../audit-output.ts';
import { type ConnectOptions, connected } from '../connection.ts';
import { type DesiredOptions, desiredFrom } from '../desired.ts';
import { exitCodeOfTally } from '../exit-codes.ts';
import { type Loudness, processTerminal, type Terminal } from '../terminal.ts';

/** Options of `audit`. */
export interface AuditOptions extends ConnectOptions, DesiredOptions, AuditOutputOptions, Loudness {
  /** A captured host instead of a running one. */
  readonly host?: string;
}

/** `virt-quota audit`: all domains, or those that are named. */
export async function audit(names: readonly string[], options: AuditOptions): Promise<void> {
  const terminal = processTerminal(options);
  const desiredOf = await desiredFrom(options, terminal);
  await surrounded(options, terminal, async surroundings => {
    const domains = await chosen(surroundings, names);
    const reports = reported(auditDomains(surroundings, domains, desiredOf), domains.length, terminal);
    const head = { at: new Date().toISOString(), host: await surroundings.hypervisor.info() };
    const tally = await printAudit(reports, head, options, terminal);
    process.exitCode = exitCodeOfTally(tally);
  });
}

async function* reported(
  outcomes: AsyncIterable<AuditOutcome>,
  domains: number,
  terminal: Terminal,
): AsyncGenerator<AuditReport> {
  let done = 0;
  for await (const outcome of outcomes) {
    yield auditReport(outcome);
    terminal.progress(`${++done} of ${domains} domains`);
  }
}

function surrounded(
  options: AuditOptions,
  terminal: Terminal,
  work: (surroundings: ReadSurroundings) => Promise<void>,
): Promise<void> {
  if (options.host === undefined) return connected({ ...options, readOnly: true }, terminal, work);
  return loadRecording(options.host).then(recording =>
    work({ hypervisor: capturedHypervisor(recording), host: capturedHost(recording) }),
  );
}

async function chosen(
  { hypervisor }: ReadSurroundings,
  names: readonly string[],
): Promise<readonly DomainRef[]> {
  if (names.length === 0) return hypervisor.listDomains();
  return Promise.all(names.map(name => hypervisor.lookup(name)));
}

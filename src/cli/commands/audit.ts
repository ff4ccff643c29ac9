import { setTimeout as sleep } from 'node:timers/promises';
import { QuotaError } from '../../errors.ts';
import { type AuditReport, auditReport } from '../../report/audit-report.ts';
import { type AuditManner, type AuditOutcome, auditDomains } from '../../workflow/audit.ts';
import type { ReadSurroundings } from '../../workflow/surroundings.ts';
import { type AuditOutputOptions, printAudit } from '../audit-output.ts';
import { chosenDomains } from '../chosen-domains.ts';
import { type DesiredOptions, desiredFrom } from '../desired.ts';
import { exitCodeOfTally } from '../exit-codes.ts';
import { type LookOptions, looking } from '../looking.ts';
import { type Loudness, processTerminal, type Terminal } from '../terminal.ts';

/** Options of `audit`. */
export interface AuditOptions extends LookOptions, DesiredOptions, AuditOutputOptions, Loudness {
  /** ms between two samples of all counters; absent: they are read once. */
  readonly interval?: number;
}

/** `virt-quota audit`: all domains, or those that are named. */
export async function audit(names: readonly string[], options: AuditOptions): Promise<void> {
  const terminal = processTerminal(options);
  const desiredOf = await desiredFrom(options, terminal);
  await looking(options, terminal, async surroundings => {
    const domains = await chosenDomains(surroundings.hypervisor, names);
    const outcomes = auditDomains(surroundings, domains, desiredOf, mannerOf(options, surroundings));
    const reports = reported(outcomes, domains.length, terminal);
    const head = { at: new Date().toISOString(), host: await surroundings.hypervisor.info() };
    const tally = await printAudit(reports, head, options, terminal);
    process.exitCode = exitCodeOfTally(tally);
  });
}

function mannerOf({ interval, host }: AuditOptions, { signal }: ReadSurroundings): AuditManner {
  if (interval === undefined) return {};
  if (host !== undefined) {
    const message = 'a captured host is one moment: --interval compares two';
    throw new QuotaError('invalid-input', '--interval', message);
  }
  return { pause: async () => sleep(interval, undefined, { ...(signal && { signal }) }) };
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

import { rename, writeFile } from 'node:fs/promises';
import { QuotaError } from '../../errors.ts';
import { capturedHost, capturedHypervisor, loadRecording } from '../../host/recording.ts';
import type { DomainRef } from '../../ports/hypervisor.ts';
import { domainMetrics, renderPrometheus } from '../../report/audit-prometheus.ts';
import { auditReport } from '../../report/audit-report.ts';
import { renderAuditError, renderAuditTally, renderDomainAudit } from '../../report/audit-text.ts';
import { type AuditOutcome, auditDomains } from '../../workflow/audit.ts';
import type { ReadSurroundings } from '../../workflow/surroundings.ts';
import { type AuditCount, countAudit, emptyCount, exitCodeOfCount } from '../audit-count.ts';
import { type ConnectOptions, connected } from '../connection.ts';
import { type DesiredOptions, desiredFrom } from '../desired.ts';
import { type Loudness, processTerminal, type Terminal } from '../terminal.ts';

/** Options of `audit`. */
export interface AuditOptions extends ConnectOptions, DesiredOptions, Loudness {
  readonly format: 'text' | 'json' | 'jsonl' | 'prometheus';
  /** A captured host instead of a running one. */
  readonly host?: string;
  /** A file instead of standard output; replaced in one step. */
  readonly out?: string;
}

/** `virt-quota audit`: all domains, or those that are named. */
export async function audit(names: readonly string[], options: AuditOptions): Promise<void> {
  const terminal = processTerminal(options);
  const desiredOf = await desiredFrom(options, terminal);
  await surrounded(options, terminal, async surroundings => {
    const domains = await chosen(surroundings, names);
    const sink = sinkOf(options, terminal);
    let done = 0;
    for await (const outcome of auditDomains(surroundings, domains, desiredOf)) {
      sink.take(outcome);
      terminal.progress(`${++done} of ${domains.length} domains`);
    }
    await sink.end();
  });
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

/** Takes outcomes one by one. Only formats that are one document have to keep anything. */
interface Sink {
  take(outcome: AuditOutcome): void;
  end(): Promise<void>;
}

function sinkOf(options: AuditOptions, terminal: Terminal): Sink {
  const lines: string[] = [];
  const reports: object[] = [];
  const metrics: ReturnType<typeof domainMetrics>[] = [];
  let count: AuditCount = emptyCount;
  const print = (text: string) => {
    if (options.out === undefined) terminal.out(text);
    else lines.push(text);
  };
  const take: Readonly<Record<AuditOptions['format'], (outcome: AuditOutcome) => void>> = {
    text: outcome => print(`${textOf(outcome, terminal)}\n`),
    jsonl: outcome => print(`${JSON.stringify(auditReport(outcome))}\n`),
    json: outcome => void reports.push(auditReport(outcome)),
    prometheus: outcome => {
      if ('audit' in outcome) metrics.push(domainMetrics(outcome.audit));
    },
  };
  return {
    take(outcome) {
      count = countAudit(count, outcome);
      take[options.format](outcome);
    },
    async end() {
      if (options.format === 'text') print(`${renderAuditTally(count)}\n`);
      if (options.format === 'json') {
        print(
          `${JSON.stringify({ schemaVersion: 1, kind: 'audit', summary: count, domains: reports }, null, 2)}\n`,
        );
      }
      if (options.format === 'prometheus')
        print(renderPrometheus(metrics, count, Math.floor(Date.now() / 1000)));
      if (options.out !== undefined) await replaceFile(options.out, lines.join(''));
      process.exitCode = exitCodeOfCount(count);
    },
  };
}

function textOf(outcome: AuditOutcome, terminal: Terminal): string {
  return 'audit' in outcome
    ? renderDomainAudit(outcome.audit, terminal.paint)
    : renderAuditError(outcome.domain.name, outcome.error.message, terminal.paint);
}

/** Whoever reads it sees the old text or the new one, never half of it. */
async function replaceFile(file: string, text: string): Promise<void> {
  try {
    await writeFile(`${file}.${process.pid}.new`, text);
    await rename(`${file}.${process.pid}.new`, file);
  } catch (error) {
    throw new QuotaError('invalid-input', file, `cannot write '${file}': ${(error as Error).message}`, {
      cause: error,
    });
  }
}

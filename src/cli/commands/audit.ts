import { setTimeout as sleep } from 'node:timers/promises';
import { QuotaError } from '../../errors.ts';
import type { CapturePlace } from '../../host/capture-archive.ts';
import type { DomainRef, HypervisorReader } from '../../ports/hypervisor.ts';
import type { AuditHead } from '../../report/audit/format.ts';
import { type AuditReport, type AuditTally, auditReport } from '../../report/audit-report.ts';
import { type AuditManner, type AuditOutcome, auditDomains } from '../../workflow/audit.ts';
import type { ReadSurroundings } from '../../workflow/surroundings.ts';
import { type AuditOutputOptions, printAudit, printLines } from '../audit-output.ts';
import type { AuditChunk } from '../audit-threads.ts';
import { chosenDomains } from '../chosen-domains.ts';
import { type DesiredOptions, errorsSaidOnce, readDesired, sayUnassigned } from '../desired.ts';
import { type DesiredSources, desiredBy, type TellErrors } from '../desired-by.ts';
import { exitCodeOfTally } from '../exit-codes.ts';
import { inCapture, type LookOptions, looking } from '../looking.ts';
import { type Loudness, processTerminal, type Terminal } from '../terminal.ts';

/** Options of `audit`. */
export interface AuditOptions extends LookOptions, DesiredOptions, AuditOutputOptions, Loudness {
  /** ms between two samples of all counters; absent: they are read once. */
  readonly interval?: number;
  /** What is lost at the next start counts for the exit code. */
  readonly strict?: boolean;
}

/** `virt-quota audit`: all domains, or those that are named. */
export async function audit(names: readonly string[], options: AuditOptions): Promise<void> {
  const terminal = processTerminal(options);
  const asked = {
    names,
    options,
    terminal,
    tellErrors: errorsSaidOnce(terminal),
    sources: await readDesired(options, terminal),
  };
  const { host } = options;
  const tally = await (host === undefined
    ? looking(options, terminal, async surroundings =>
        auditHere(surroundings, await auditedDomains(surroundings.hypervisor, asked), asked),
      )
    : inCapture(host, (capture, signal) => auditCapture(capture, signal, asked)));
  process.exitCode = exitCodeOfTally(tally, options.strict);
}

/** What is audited, and how it is printed. */
interface AskedAudit {
  readonly names: readonly string[];
  readonly options: AuditOptions;
  readonly terminal: Terminal;
  readonly sources: DesiredSources;
  readonly tellErrors: TellErrors;
}

async function auditHere(
  surroundings: ReadSurroundings,
  domains: readonly DomainRef[],
  asked: AskedAudit,
): Promise<AuditTally> {
  const manner = mannerOf(asked.options, surroundings);
  const outcomes = auditDomains(surroundings, domains, desiredBy(asked.sources, asked.tellErrors), manner);
  return printReports(reported(outcomes), await toldOf(surroundings.hypervisor, domains.length, asked));
}

/** Those that are named; with all of them it is said whose assignments are missing. @throws QuotaError `not-found` */
async function auditedDomains(
  hypervisor: HypervisorReader,
  { names, sources, terminal }: AskedAudit,
): Promise<readonly DomainRef[]> {
  const domains = await chosenDomains(hypervisor, names);
  if (names.length === 0) sayUnassigned(sources, domains, terminal);
  return domains;
}

/** In several threads when there are enough domains for them. */
async function auditCapture(
  capture: CapturePlace,
  signal: AbortSignal,
  asked: AskedAudit,
): Promise<AuditTally> {
  // What reads captures is loaded for those who have one.
  const { capturedSurroundings, listedHypervisor } = await import('../captured-surroundings.ts');
  const { auditInThreads, reportsIn, threadsFor } = await import('../audit-threads.ts');
  const { sources, options } = asked;
  const listed = await listedHypervisor(capture);
  const domains = await auditedDomains(listed, asked);
  const threads = options.interval === undefined ? threadsFor(domains.length) : 0;
  if (threads === 0) return auditHere({ ...(await capturedSurroundings(capture)), signal }, domains, asked);
  const chunks = toldErrors(auditInThreads({ capture, sources, domains, threads, signal }), asked.tellErrors);
  const told = await toldOf(listed, domains.length, asked);
  return options.format === 'jsonl' ? printChunks(chunks, told) : printReports(reportsIn(chunks), told);
}

/** How an audit is printed. */
interface Told {
  readonly options: AuditOptions;
  readonly terminal: Terminal;
  readonly head: AuditHead;
  /** How many there are. */
  readonly domains: number;
}

async function toldOf(
  hypervisor: HypervisorReader,
  domains: number,
  { options, terminal }: AskedAudit,
): Promise<Told> {
  const head = { at: new Date().toISOString(), host: await hypervisor.info() };
  return { options, terminal, head, domains };
}

function printReports(reports: AsyncIterable<AuditReport>, told: Told): Promise<AuditTally> {
  return printAudit(
    counted(reports, () => 1, told),
    told.head,
    told.options,
    told.terminal,
  );
}

/** Lines of JSON are printed as the threads made them. */
function printChunks(chunks: AsyncIterable<AuditChunk>, told: Told): Promise<AuditTally> {
  return printLines(
    counted(chunks, ({ tally }) => tally.domains, told),
    told.options,
    told.terminal,
  );
}

function mannerOf({ interval, host }: AuditOptions, { signal }: ReadSurroundings): AuditManner {
  if (interval === undefined) return host === undefined ? {} : { atOnce: 1 };
  if (host !== undefined) {
    const message = 'a captured host is one moment: --interval compares two';
    throw new QuotaError('invalid-input', '--interval', message);
  }
  return { pause: async () => sleep(interval, undefined, { ...(signal && { signal }) }) };
}

async function* reported(outcomes: AsyncIterable<AuditOutcome>): AsyncGenerator<AuditReport> {
  for await (const outcome of outcomes) yield auditReport(outcome);
}

/** The same, while what their flavors ask for in vain is told. */
async function* toldErrors(
  chunks: AsyncIterable<AuditChunk>,
  tellErrors: TellErrors,
): AsyncGenerator<AuditChunk> {
  for await (const chunk of chunks) {
    tellErrors(chunk.errors);
    yield chunk;
  }
}

/** The same, while it is told how many domains there were. */
async function* counted<T>(
  items: AsyncIterable<T>,
  domainsOf: (item: T) => number,
  { domains, terminal }: Told,
): AsyncGenerator<T> {
  let done = 0;
  for await (const item of items) {
    yield item;
    done += domainsOf(item);
    terminal.progress(`${done} of ${domains} domains`);
  }
}

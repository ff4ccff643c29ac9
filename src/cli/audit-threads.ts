import { availableParallelism } from 'node:os';
import type { Diagnostic } from '../diagnostics.ts';
import { QuotaError, type QuotaErrorCode } from '../errors.ts';
import type { CapturePlace } from '../host/capture-archive.ts';
import type { DomainRef } from '../ports/hypervisor.ts';
import type { AuditReport, AuditTally } from '../report/audit-report.ts';
import { inOrder } from '../workflow/in-order.ts';
import { portionsOf } from '../workflow/portions.ts';
import type { DesiredSources } from './desired-by.ts';
import { threadPool } from './thread-pool.ts';

/** Some domains of an audit. */
export type DomainRefs = readonly DomainRef[];

/** What a thread is asked. */
export interface AuditQuestion {
  readonly domains: DomainRefs;
  /** What it puts the lines into; where that is too small, it takes more. */
  readonly memory: ArrayBuffer;
}

/** What a thread is told when it begins. */
export interface AuditThreadData {
  readonly capture: CapturePlace;
  readonly sources: DesiredSources;
}

/** What came of some domains. */
export interface AuditChunk {
  /** A line of JSON for each, as `-f jsonl` prints it, in UTF-8. They last until the next chunk is asked for. */
  readonly lines: Uint8Array<ArrayBuffer>;
  readonly tally: AuditTally;
  /** What their flavors ask for and no host could do. */
  readonly errors: readonly Diagnostic[];
  /** What ended the work after those. */
  readonly failure?: ThreadFailure;
}

/** An error on its way between threads. */
export interface ThreadFailure {
  /** Of a QuotaError; absent: it is another one. */
  readonly code?: QuotaErrorCode;
  readonly subject?: string;
  readonly message: string;
  readonly stack?: string;
}

/** A thread takes as long to start as so many domains take to be audited. */
const DOMAINS_PER_THREAD = 250;
/** Each has memory of its own. */
const MOST_THREADS = 4;
/** Domains that a thread is sent at once. */
const CHUNK = 32;
/** Of the memory for their lines: what a few domains take. */
const FIRST_BYTES = 64 * 1024;

/** How many threads it is worth while to start for so many domains; 0: none besides this one. */
export function threadsFor(domains: number): number {
  const threads = Math.min(availableParallelism(), MOST_THREADS, Math.floor(domains / DOMAINS_PER_THREAD));
  return threads < 2 ? 0 : threads;
}

/** What is audited by threads. */
export interface ThreadedAudit extends AuditThreadData {
  readonly domains: DomainRefs;
  readonly threads: number;
  readonly signal?: AbortSignal;
}

/**
 * Audits domains of a capture in several threads. What comes of them is handed over in their order; no more of it waits
 * than each thread has in hand twice. The memory of what was handed over goes back to a thread: left to be found by
 * collectors of garbage it would be tens of megabytes.
 *
 * @throws QuotaError `internal` when a thread ends; the signal's reason
 */
export async function* auditInThreads(asked: ThreadedAudit): AsyncGenerator<AuditChunk> {
  const { capture, sources, domains, threads, signal } = asked;
  const script = new URL('./audit-thread.js', import.meta.url);
  const pool = threadPool<AuditQuestion, AuditChunk>({ script, data: { capture, sources } }, threads);
  const spare: ArrayBuffer[] = [];
  const ask = (portion: DomainRefs) => {
    const memory = spare.pop() ?? new ArrayBuffer(FIRST_BYTES);
    return pool.ask({ domains: portion.map(({ name, uuid }) => ({ name, uuid })), memory }, [memory]);
  };
  try {
    for await (const chunk of inOrder(portionsOf(domains, CHUNK), 2 * threads, ask)) {
      signal?.throwIfAborted();
      yield chunk;
      spare.push(chunk.lines.buffer);
      if (chunk.failure !== undefined) throw thrown(chunk.failure);
    }
  } finally {
    await pool.close();
  }
}

/** The domains of chunks, as reports. */
export async function* reportsIn(chunks: AsyncIterable<AuditChunk>): AsyncGenerator<AuditReport> {
  for await (const { lines } of chunks) {
    for (const line of Buffer.from(lines).toString().split('\n'))
      if (line !== '') yield JSON.parse(line) as AuditReport;
  }
}

function thrown({ code, subject = '', message, stack }: ThreadFailure): Error {
  if (code !== undefined) return new QuotaError(code, subject, message);
  return Object.assign(new Error(message), stack === undefined ? {} : { stack });
}

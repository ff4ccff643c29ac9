import { parentPort, workerData } from 'node:worker_threads';
import type { Diagnostic } from '../diagnostics.ts';
import { QuotaError } from '../errors.ts';
import { jsonLine } from '../report/audit/json.ts';
import { emptyTally, tallied } from '../report/audit/tally.ts';
import { auditReport } from '../report/audit-report.ts';
import { auditDomains } from '../workflow/audit.ts';
import type { AuditChunk, AuditQuestion, AuditThreadData, ThreadFailure } from './audit-threads.ts';
import { ByteText } from './byte-text.ts';
import { capturedSurroundings } from './captured-surroundings.ts';
import { desiredBy } from './desired-by.ts';

// A thread of an audit: it is sent domains, some at a time, and answers with what came of them.
const { capture, sources } = workerData as AuditThreadData;
const opening = capturedSurroundings(capture);
// It is thrown when the first domains are asked for.
opening.catch(() => {});
/** Of the domains that are being audited. */
let errors: Diagnostic[] = [];
const desiredOf = desiredBy(sources, found => errors.push(...found));
let work = Promise.resolve();

parentPort?.on('message', (question: AuditQuestion) => {
  work = work.then(async () => {
    const chunk = await audited(question);
    parentPort?.postMessage(chunk, [chunk.lines.buffer]);
  });
});

/** What was done before something went wrong is handed over too. */
async function audited({ domains, memory }: AuditQuestion): Promise<AuditChunk> {
  const lines = new ByteText(memory);
  let tally = emptyTally;
  let failure: ThreadFailure | undefined;
  errors = [];
  try {
    const surroundings = await opening;
    for await (const outcome of auditDomains(surroundings, domains, desiredOf, { atOnce: 1 })) {
      const report = auditReport(outcome);
      tally = tallied(tally, report);
      lines.append(jsonLine(report));
    }
  } catch (error) {
    failure = failureOf(error);
  }
  return { lines: lines.bytes, tally, errors, ...(failure && { failure }) };
}

/** Of an error only so much comes through to another thread. */
function failureOf(error: unknown): ThreadFailure {
  if (error instanceof QuotaError) {
    return { code: error.code, subject: error.subject, message: error.message };
  }
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  return { message, ...(stack !== undefined && { stack }) };
}

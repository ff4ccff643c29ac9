import type { AuditHead } from '../report/audit/format.ts';
import type { AuditDocument, AuditReport } from '../report/audit-report.ts';
import { auditDocument, domainAudit } from '../schema/audit.ts';
import { inputName, openInput } from './inputs.ts';
import { type InputLine, linesOf } from './line-stream.ts';
import { checked, invalid, parsed } from './saved-check.ts';
import { documentInPieces, probed } from './saved-document.ts';

/** Longest line, and largest document that has to be held whole: what becomes of it is many times as large. */
const LIMIT = 16 * 1024 * 1024;

/** An audit that was saved. */
export interface SavedAudit {
  readonly head: AuditHead;
  readonly reports: AsyncIterable<AuditReport>;
}

/**
 * Reads what `audit -f json` or `-f jsonl` printed. No more than one domain is held, but for a document whose domains come
 * before it is said what it is.
 *
 * @param path a file, or `-` for standard input
 * @throws QuotaError `invalid-input`, also while the reports are taken: it is no audit, or not of this version
 */
export async function readSavedAudit(path: string): Promise<SavedAudit> {
  const name = inputName(path);
  const { document, chunks } = await probed(openInput(path), name);
  return document === undefined ? readLines(chunks, name) : documentInPieces(document, chunks, name);
}

async function readLines(chunks: AsyncIterable<Buffer>, name: string): Promise<SavedAudit> {
  const lines = numbered(linesOf(chunks, LIMIT), name);
  const first = await lines.next();
  if (first.done === true) throw invalid(name, 'it is empty');
  const whole = parsed(first.value.text, name);
  if (whole === undefined) return documentOf(await allOf(first.value.text, lines, name), name);
  if ((whole as { readonly kind?: unknown } | null)?.kind === 'domain-audit') {
    return { head: {}, reports: reportsOf(whole, lines, name) };
  }
  const more = await lines.next();
  if (more.done !== true) throw invalid(name, `line ${more.value.number} follows a document that is whole`);
  return documentOf(whole, name);
}

interface NumberedLine {
  readonly number: number;
  readonly text: string;
}

/** Lines that are not blank. */
async function* numbered(
  chunks: AsyncIterable<readonly InputLine[]>,
  name: string,
): AsyncGenerator<NumberedLine> {
  let number = 0;
  for await (const lines of chunks) {
    for (const line of lines) {
      number += 1;
      if (typeof line !== 'string') throw invalid(`${name}, line ${number}`, line.problem);
      if (line.trim() !== '') yield { number, text: line };
    }
  }
}

/** The document that begins with a line. */
async function allOf(first: string, lines: AsyncIterable<NumberedLine>, name: string): Promise<unknown> {
  const parts = [first];
  let size = first.length;
  for await (const { text } of lines) {
    size += text.length + 1;
    if (size > LIMIT) throw invalid(name, 'it is too large for one document: save the audit as jsonl');
    parts.push(text);
  }
  const whole = parsed(parts.join('\n'), name);
  if (whole === undefined) throw invalid(name, 'it is not JSON');
  return whole;
}

function documentOf(whole: unknown, name: string): SavedAudit {
  const { at, host, domains } = checked<AuditDocument>(auditDocument, whole, name);
  return { head: { at, ...(host && { host }) }, reports: eachOf(domains) };
}

async function* eachOf(reports: readonly AuditReport[]): AsyncGenerator<AuditReport> {
  yield* reports;
}

async function* reportsOf(
  first: unknown,
  lines: AsyncIterable<NumberedLine>,
  name: string,
): AsyncGenerator<AuditReport> {
  yield checked<AuditReport>(domainAudit, first, name);
  for await (const { number, text } of lines) {
    const line = `${name}, line ${number}`;
    const value = parsed(text, line);
    if (value === undefined) throw invalid(line, 'it is not JSON');
    yield checked<AuditReport>(domainAudit, value, line);
  }
}

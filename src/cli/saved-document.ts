import { isUtf8 } from 'node:buffer';
import type { AuditHead } from '../report/audit/format.ts';
import type { AuditDocument, AuditReport } from '../report/audit-report.ts';
import { auditDocument, domainAudit } from '../schema/audit.ts';
import { type ArrayScan, arrayScan, type ScannedPiece } from './array-scan.ts';
import { checked, invalid, parsed } from './saved-check.ts';

/** Of one domain: with hundreds of disks it is a few MiB. */
const MAX_ELEMENT_BYTES = 16 * 1024 * 1024;
/** Of everything else in a document. */
const MAX_SKELETON_BYTES = 1024 * 1024;

const headSchema = auditDocument.pick({ schemaVersion: true, kind: true, at: true, host: true });

/** A document whose head is known. */
export interface BegunDocument {
  readonly head: AuditHead;
  readonly scan: ArrayScan;
  /** What of it is known already. */
  readonly pieces: readonly ScannedPiece[];
}

/** What an input is. */
export interface Probed {
  /** Absent: it is no document that can be read in pieces. */
  readonly document?: BegunDocument;
  /** Of a document the rest, otherwise all. */
  readonly chunks: AsyncIterable<Buffer>;
}

/** Looks at the beginning of an input. @throws QuotaError `invalid-input`: it is a document of another kind or version */
export async function probed(input: AsyncGenerator<Buffer>, name: string): Promise<Probed> {
  const limits = { element: MAX_ELEMENT_BYTES, skeleton: MAX_SKELETON_BYTES };
  const scan = arrayScan('domains', limits, () => {
    throw invalid(name, 'a part of it is too large');
  });
  const seen: Buffer[] = [];
  let size = 0;
  while (size < MAX_SKELETON_BYTES) {
    const { value, done } = await input.next();
    if (done === true) break;
    seen.push(value);
    size += value.length;
    // An array that begins with another one is no document, and a document may be all in one chunk.
    if (size > MAX_SKELETON_BYTES) break;
    const [first, ...pieces] = scan.push(value);
    if (first === undefined) continue;
    if (first.kind !== 'array') break;
    const head = headOf(first.head, name);
    return head === undefined
      ? { chunks: joined(seen, input) }
      : { document: { head, scan, pieces }, chunks: input };
  }
  return { chunks: joined(seen, input) };
}

/** undefined: what it is does not come before its domains. */
function headOf(bytes: Buffer, name: string): AuditHead | undefined {
  const value = isUtf8(bytes) ? parsed(`${bytes.toString()}]}`.replace(/^\ufeff/, ''), name) : undefined;
  if (value === undefined || !Object.hasOwn(value as object, 'kind')) return undefined;
  // The summary is looked at when all of it is there.
  const { domains: _, summary: __, ...rest } = value as Record<string, unknown>;
  const { at, host } = checked<Pick<AuditDocument, 'at' | 'host'>>(headSchema, rest, name);
  return { at, ...(host && { host }) };
}

async function* joined(seen: readonly Buffer[], rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield* seen;
  yield* rest;
}

/** A document, of which no more than one domain is held. */
export function documentInPieces(
  { head, scan, pieces }: BegunDocument,
  rest: AsyncIterable<Buffer>,
  name: string,
): { readonly head: AuditHead; readonly reports: AsyncIterable<AuditReport> } {
  return { head, reports: reportsIn(allPieces(pieces, scan, rest), name) };
}

async function* allPieces(
  begun: readonly ScannedPiece[],
  scan: ArrayScan,
  rest: AsyncIterable<Buffer>,
): AsyncGenerator<readonly ScannedPiece[]> {
  yield begun;
  for await (const chunk of rest) yield scan.push(chunk);
}

async function* reportsIn(
  chunks: AsyncIterable<readonly ScannedPiece[]>,
  name: string,
): AsyncGenerator<AuditReport> {
  let count = 0;
  let hasEnded = false;
  for await (const pieces of chunks) {
    for (const piece of pieces) {
      if (piece.kind === 'element') {
        yield checked<AuditReport>(domainAudit, jsonIn(piece.bytes, name), name, ['domains', count]);
        count += 1;
      } else if (piece.kind === 'end') {
        checkEnd(piece.skeleton, name);
        hasEnded = true;
      } else {
        throw invalid(
          name,
          piece.kind === 'array' ? 'it has domains twice' : 'something follows the document',
        );
      }
    }
  }
  if (!hasEnded) throw invalid(name, 'it is not JSON: it is cut off');
}

function checkEnd(skeleton: Buffer, name: string): void {
  const whole = checked<AuditDocument>(auditDocument, jsonIn(skeleton, name), name);
  if (whole.domains.length > 0) throw invalid(name, 'it has domains twice');
}

function jsonIn(bytes: Buffer, name: string): unknown {
  if (!isUtf8(bytes)) throw invalid(name, 'it is not UTF-8 text');
  const value = parsed(bytes.toString().replace(/^\ufeff/, ''), name);
  if (value === undefined) throw invalid(name, 'it is not JSON');
  return value;
}

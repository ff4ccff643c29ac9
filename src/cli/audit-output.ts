import type { AuditFormat, AuditFormatName, AuditHead } from '../report/audit/format.ts';
import { emptyTally, tallied, tallies } from '../report/audit/tally.ts';
import type { AuditReport, AuditTally } from '../report/audit-report.ts';
import { plainPaint } from '../report/table.ts';
import type { AuditChunk } from './audit-threads.ts';
import type { Terminal } from './terminal.ts';
import { version } from './version.ts';

/** Which format, and where to. */
export interface AuditOutputOptions {
  /** `text` is another name of `table`. */
  readonly format: AuditFormatName | 'text';
  /** A file instead of standard output; replaced in one step. */
  readonly out?: string;
  /** Also what is not wrong. */
  readonly all?: boolean;
  readonly metrics?: 'domains' | 'limits';
}

/** Each is loaded only when it is wanted. */
const formats: Readonly<Record<AuditFormatName, () => Promise<AuditFormat>>> = {
  table: async () => (await import('../report/audit/table.ts')).tableFormat,
  json: async () => (await import('../report/audit/json.ts')).jsonFormat,
  jsonl: async () => (await import('../report/audit/json.ts')).jsonlFormat,
  yaml: async () => (await import('../report/audit/yaml.ts')).yamlFormat,
  csv: async () => (await import('../report/audit/csv.ts')).csvFormat,
  markdown: async () => (await import('../report/audit/markdown.ts')).markdownFormat,
  html: async () => (await import('../report/audit/html.ts')).htmlFormat,
  junit: async () => (await import('../report/audit/junit.ts')).junitFormat,
  sarif: async () => (await import('../report/audit/sarif.ts')).sarifFormat,
  prometheus: async () => (await import('../report/audit/prometheus.ts')).prometheusFormat,
};

/**
 * Prints domains of an audit as they come.
 *
 * @returns how they came out
 * @throws QuotaError `invalid-input`: the file cannot be written
 */
export async function printAudit(
  reports: AsyncIterable<AuditReport>,
  head: AuditHead,
  options: AuditOutputOptions,
  terminal: Terminal,
): Promise<AuditTally> {
  const format = await formats[options.format === 'text' ? 'table' : options.format]();
  const { width, paint } = terminal;
  const { all, metrics } = options;
  const renderer = format(head, {
    paint: options.out === undefined ? paint : plainPaint,
    version: version(),
    // Loaded by those few that ask: it is a twentieth of a start.
    sha256: text =>
      process.getBuiltinModule('node:crypto').createHash('sha256').update(text).digest('base64'),
    ...(width !== undefined && options.out === undefined && { width }),
    ...(all !== undefined && { all }),
    ...(metrics !== undefined && { metrics }),
  });
  return intoDestination(options.out, terminal, async write => {
    let tally = emptyTally;
    await write(renderer.begin());
    for await (const report of reports) {
      tally = tallied(tally, report);
      await write(renderer.domain(report));
    }
    for (const piece of renderer.end(tally)) await write(piece);
    return tally;
  });
}

/**
 * Prints domains of an audit that are lines already, as `-f jsonl` has them.
 *
 * @returns how they came out
 * @throws QuotaError `invalid-input`: the file cannot be written
 */
export async function printLines(
  chunks: AsyncIterable<AuditChunk>,
  options: Pick<AuditOutputOptions, 'out'>,
  terminal: Terminal,
): Promise<AuditTally> {
  return intoDestination(options.out, terminal, async write => {
    let all = emptyTally;
    for await (const { lines, tally } of chunks) {
      await write(lines);
      all = tallies(all, tally);
    }
    return all;
  });
}

type Write = (piece: string | Uint8Array) => Promise<void>;

/** Only what was written to its end takes the place of a file. */
async function intoDestination<T>(
  out: string | undefined,
  terminal: Terminal,
  print: (write: Write) => Promise<T>,
): Promise<T> {
  if (out === undefined) {
    return print(async piece => (typeof piece === 'string' ? terminal.out(piece) : terminal.outBytes(piece)));
  }
  // Loaded by those who write one.
  const { replaceFile } = await import('./replace-file.ts');
  const file = await replaceFile(out);
  let result: T;
  try {
    result = await print(piece => file.write(piece));
  } catch (error) {
    await file.discard();
    throw error;
  }
  await file.commit();
  return result;
}

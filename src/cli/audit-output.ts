import { createHash } from 'node:crypto';
import type { AuditFormat, AuditFormatName, AuditHead } from '../report/audit/format.ts';
import { emptyTally, tallied } from '../report/audit/tally.ts';
import type { AuditReport, AuditTally } from '../report/audit-report.ts';
import { plainPaint } from '../report/table.ts';
import { replaceFile } from './replace-file.ts';
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
    sha256: text => createHash('sha256').update(text).digest('base64'),
    ...(width !== undefined && options.out === undefined && { width }),
    ...(all !== undefined && { all }),
    ...(metrics !== undefined && { metrics }),
  });
  const into = await destination(options.out, terminal);
  let tally = emptyTally;
  try {
    await into.write(renderer.begin());
    for await (const report of reports) {
      tally = tallied(tally, report);
      await into.write(renderer.domain(report));
    }
    for (const piece of renderer.end(tally)) await into.write(piece);
  } catch (error) {
    await into.discard();
    throw error;
  }
  await into.commit();
  return tally;
}

async function destination(out: string | undefined, terminal: Terminal) {
  if (out !== undefined) return replaceFile(out);
  return {
    write: async (text: string) => terminal.out(text),
    commit: async () => {},
    discard: async () => {},
  };
}

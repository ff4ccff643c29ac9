import { createHash } from 'node:crypto';
import { csvFormat } from '../../src/report/audit/csv.ts';
import type { AuditFormat, AuditFormatName, AuditHead } from '../../src/report/audit/format.ts';
import { htmlFormat } from '../../src/report/audit/html.ts';
import { jsonFormat, jsonlFormat } from '../../src/report/audit/json.ts';
import { junitFormat } from '../../src/report/audit/junit.ts';
import { markdownFormat } from '../../src/report/audit/markdown.ts';
import { prometheusFormat } from '../../src/report/audit/prometheus.ts';
import { sarifFormat } from '../../src/report/audit/sarif.ts';
import { tableFormat } from '../../src/report/audit/table.ts';
import { emptyTally, tallied } from '../../src/report/audit/tally.ts';
import { yamlFormat } from '../../src/report/audit/yaml.ts';
import type { AuditReport } from '../../src/report/audit-report.ts';
import { plainPaint } from '../../src/report/table.ts';

const formats: Readonly<Record<AuditFormatName, AuditFormat>> = {
  table: tableFormat,
  json: jsonFormat,
  jsonl: jsonlFormat,
  yaml: yamlFormat,
  csv: csvFormat,
  markdown: markdownFormat,
  html: htmlFormat,
  junit: junitFormat,
  sarif: sarifFormat,
  prometheus: prometheusFormat,
};

const style = {
  paint: plainPaint,
  width: 100,
  all: true,
  metrics: 'limits',
  version: '0',
  sha256: (text: string) => createHash('sha256').update(text).digest('base64'),
} as const;

/** An audit in every format, each as one text. */
export function inEveryFormat(head: AuditHead, reports: readonly AuditReport[]): readonly string[] {
  return Object.values(formats).map(format => {
    const renderer = format(head, style);
    const pieces = [renderer.begin(), ...reports.map(report => renderer.domain(report))];
    const text = [...pieces, ...renderer.end(reports.reduce(tallied, emptyTally))].join('');
    return format === csvFormat ? text.replaceAll('\r\n', '\n') : text;
  });
}

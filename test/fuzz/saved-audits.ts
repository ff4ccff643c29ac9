import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSavedAudit } from '../../src/cli/saved-audit.ts';
import type { AuditDocument, AuditReport } from '../../src/report/audit-report.ts';
import { inEveryFormat } from './audit-formats.ts';
import { textOf } from './corpus.ts';
import type { Harness } from './harness.ts';
import { mutateJson, mutateJsonLine } from './mutate-json.ts';

let folder: string | undefined;

/** An audit that was saved, here or by somebody else, in every format again. */
export const savedAuditHarness: Harness = {
  name: 'saved-audit',
  share: 1,
  corpus,
  mutations: [mutateJson, mutateJsonLine],
  read: async text => {
    const { head, reports } = await readSavedAudit(fileWith(text));
    const all: AuditReport[] = [];
    for await (const report of reports) all.push(report);
    return { texts: inEveryFormat(head, all) };
  },
};

/** Whole ones are long: of each domain some limits are left. */
function corpus(): readonly string[] {
  const whole = JSON.parse(textOf('samples/reports/trixie-ovs-restarted.json')) as AuditDocument;
  const domains = whole.domains.map(one => ({
    ...one,
    ...('limits' in one && { limits: one.limits.slice(0, 3), findings: one.findings.slice(0, 2) }),
  }));
  const [first] = domains;
  const gone = { ...first?.domain, error: { code: 'not-found', message: 'gone' } };
  const lines = [
    ...domains,
    { schemaVersion: 1, kind: 'domain-audit', domain: first?.domain, outcome: 'gone', error: gone.error },
  ];
  return [
    JSON.stringify({ ...whole, domains }),
    JSON.stringify({ ...whole, domains: domains.slice(0, 1) }, null, 1),
    `${lines.map(one => JSON.stringify(one)).join('\n')}\n`,
  ];
}

/** A lone surrogate cannot be in a file: it becomes what UTF-8 has for it. */
function fileWith(text: string): string {
  if (folder === undefined) {
    const made = mkdtempSync(join(tmpdir(), 'vq-fuzz-'));
    process.once('exit', () => rmSync(made, { recursive: true, force: true }));
    folder = made;
  }
  const file = join(folder, 'audit.json');
  writeFileSync(file, text);
  return file;
}

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { virtQuota } from './run.ts';

const captured = join(import.meta.dirname, '../workflow/captured/trixie-ovs-restarted');
const scratch = mkdtempSync(join(tmpdir(), 'virt-quota-report-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const audit = async (format: string) => (await virtQuota(['audit', '--host', captured, '-f', format])).stdout;
const report = (file: string, ...more: string[]) => virtQuota(['report', file, ...more]);
const at = (name: string) => join(scratch, name);

function saved(name: string, text: string | Buffer): string {
  writeFileSync(at(name), text);
  return at(name);
}

let document = '';
let lines = '';
beforeAll(async () => {
  [document, lines] = await Promise.all([audit('json'), audit('jsonl')]);
  saved('audit.json', document);
  saved('audit.jsonl', lines);
});

describe('report', () => {
  it('gives back what was saved, byte by byte', async () => {
    expect((await report(at('audit.json'), '-f', 'json')).stdout).toBe(document);
    expect((await report(at('audit.jsonl'), '-f', 'jsonl')).stdout).toBe(lines);
  });

  it('is what the audit would have printed, from either form and from standard input', async () => {
    const csv = await audit('csv');
    expect(await report(at('audit.json'), '-f', 'csv')).toEqual({ exitCode: 0, stdout: csv, stderr: '' });
    expect((await report(at('audit.jsonl'), '-f', 'csv')).stdout).toBe(csv);
    expect((await virtQuota(['report', '-', '-f', 'csv'], { input: lines })).stdout).toBe(csv);
  });

  it('takes a report of a version that knew nothing of the next start, and claims nothing of it', async () => {
    const older = join(import.meta.dirname, '../report/audit/older-report.json');
    const { exitCode, stdout } = await report(older);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^1 domain: 1 fail; 18 of 20 limits proved in force now$/m);
    expect(stdout).not.toContain('next start');
  });

  it('takes a document on one line, and lines of many audits', async () => {
    const one = saved('one.json', JSON.stringify(JSON.parse(document)));
    expect((await report(one, '-f', 'json')).stdout).toBe(document);
    const two = saved('two.jsonl', `${lines}\n${lines}`);
    expect((await report(two)).stdout).toContain('2 domains: 2 fail; 36 of 40 limits proved');
  });

  it.each([
    ['nothing', '', 'it is empty'],
    ['no JSON', 'domain: x', 'it is not JSON'],
    ['something else', '{"schemaVersion":1,"kind":"plan"}', 'at kind'],
    ['another version', '{"schemaVersion":2,"kind":"audit"}', 'at schemaVersion'],
    ['a list', '[]', 'it is not an audit of this version'],
    ['a document and more', '{"schemaVersion":1,"kind":"audit"}\n{}', 'line 2 follows'],
    ['bytes that are no text', Buffer.from([0x7b, 0x0a, 0xff]), 'line 2'],
    ['deep nesting', '['.repeat(100_000), 'it is not JSON'],
  ])('refuses %s', async (name, text, why) => {
    const ran = await report(saved('bad', text));
    expect(ran).toMatchObject({ exitCode: 2, stdout: '' });
    expect(ran.stderr).toContain("cannot take '");
    expect(ran.stderr, name).toContain(why);
  });

  it('names the line and the member that is wrong, and leaves the old file', async () => {
    const bad = saved('bad.jsonl', `${lines}${lines.replace('"proved":18', '"proved":"many"')}`);
    const out = saved('out.csv', 'old');
    const ran = await report(bad, '-f', 'csv', '--out', out);
    expect(ran.exitCode).toBe(2);
    expect(ran.stderr).toContain('line 2');
    expect(ran.stderr).toContain('at coverage.proved');
    expect((await virtQuota(['report', out])).stderr).toContain('it is not JSON');
  });
});

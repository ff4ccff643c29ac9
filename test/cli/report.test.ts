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

const begun = '{"schemaVersion":1,"kind":"audit","at":"2026-01-01T00:00:00Z","domains":[';
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
    [
      'a document that is cut off',
      '{"schemaVersion":1,"kind":"audit","at":"2026-01-01T00:00:00Z","domains":[',
      'cut off',
    ],
    ['a document of another version', '{"schemaVersion":2,"kind":"audit","domains":[]}', 'at schemaVersion'],
    ['a document of something else', '{"schemaVersion":1,"kind":"plan","domains":[]}', 'at kind'],
    ['a list for a domain', `${begun}[]],"summary":{}}`, 'at domains.0'],
    ['a number for a domain', `${begun}1]}`, 'at domains.0'],
    ['nothing between commas', `${begun},]}`, 'it is not JSON'],
    ['a document without a summary', `${begun}]}`, 'at summary'],
    ['domains twice', `${begun}],"domains":[]}`, 'it has domains twice'],
    ['domains twice, once in disguise', `${begun}],"d\\u006fmains":[1]}`, 'at domains.0'],
    ['a domain that is too large', `${begun}"${'x'.repeat(16 * 1024 ** 2)}"]}`, 'a part of it is too large'],
    [
      'a line that is too large',
      `{"kind":"domain-audit","x":"${'x'.repeat(16 * 1024 ** 2)}"}`,
      'is longer than',
    ],
  ])('refuses %s', async (name, text, why) => {
    const ran = await report(saved('bad', text));
    expect(ran).toMatchObject({ exitCode: 2, stdout: '' });
    expect(ran.stderr).toContain("cannot take '");
    expect(ran.stderr, name).toContain(why);
  });

  it('takes a document with its members in any order, and texts with any signs in them', async () => {
    const { domains, summary, ...head } = JSON.parse(document);
    const odd = { ...domains[0], domain: { ...domains[0].domain, name: '"domains":[{\\]' } };
    const [first, last] = [
      saved('first.json', JSON.stringify({ domains: [odd], summary, ...head })),
      saved('last.json', JSON.stringify({ ...head, summary, domains: [odd] })),
    ];
    const [ofFirst, ofLast] = [await report(first, '-f', 'json'), await report(last, '-f', 'json')];
    expect(ofFirst).toEqual(ofLast);
    expect(JSON.parse(ofFirst.stdout).domains).toEqual([odd]);
  });

  it('takes a document of no domains, and one that something follows is refused', async () => {
    const { domains: _, ...rest } = JSON.parse(document);
    const none = JSON.stringify({ ...rest, domains: [], summary: { ...rest.summary, domains: 0 } });
    expect((await report(saved('none.json', none), '-f', 'jsonl')).exitCode).toBe(0);
    const followed = await report(saved('followed.json', `${document}{}`), '-f', 'jsonl');
    expect(followed.exitCode).toBe(2);
    expect(followed.stderr).toContain('something follows the document');
  });

  it('of very many domains takes little memory', async () => {
    const { domains, summary, ...head } = JSON.parse(document);
    const one = JSON.stringify(domains[0]);
    const many = Array.from({ length: Math.ceil((48 * 1024 ** 2) / one.length) }, () => one).join(',');
    const ends = [JSON.stringify(head).slice(0, -1), `],"summary":${JSON.stringify(summary)}}`];
    const file = saved('many.json', `${ends[0]},"domains":[${many}${ends[1]}`);
    const env = { NODE_OPTIONS: '--max-old-space-size=48' };
    const ran = await virtQuota(['report', file, '-f', 'csv', '--out', at('many.csv')], { env });
    expect(ran).toEqual({ exitCode: 0, stdout: '', stderr: '' });
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

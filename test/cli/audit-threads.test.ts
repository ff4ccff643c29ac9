import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { AuditChunk, ThreadedAudit } from '../../src/cli/audit-threads.ts';
import { readDesired } from '../../src/cli/desired.ts';
import { processTerminal } from '../../src/cli/terminal.ts';
import { emptyTally, tallies } from '../../src/report/audit/tally.ts';
import { main, virtQuota } from './run.ts';

const captured = join(import.meta.dirname, '../workflow/captured/trixie');
const scratch = mkdtempSync(join(tmpdir(), 'virt-quota-threads-'));
const host = join(scratch, 'host');
const DOMAINS = 500;
vi.setConfig({ testTimeout: 120_000 });
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** Threads run what was built. */
const built: string = '../../dist/src/cli/audit-threads.js';
type Built = typeof import('../../src/cli/audit-threads.ts');

const nameOf = (n: number) => `copy-${String(n).padStart(3, '0')}`;
const names = Array.from({ length: DOMAINS }, (_, n) => nameOf(n));
let original: { readonly name: string; readonly uuid: string };

/** The captured domain, and before it copies of what libvirt says of it: nobody has read their cgroups. */
beforeAll(() => {
  cpSync(captured, host, { recursive: true });
  const folder = join(host, 'libvirt');
  const [file = ''] = readdirSync(folder).filter(name => /^[0-9a-f-]{36}\.json$/.test(name));
  original = JSON.parse(readFileSync(join(folder, file), 'utf8'));
  const texts = ['json', 'live.xml', 'config.xml'].map(
    end => [end, readFileSync(join(folder, `${original.uuid}.${end}`), 'utf8')] as const,
  );
  for (const [n, name] of names.entries()) {
    const uuid = `${String(n).padStart(8, '0')}-0000-0000-0000-000000000000`;
    for (const [end, text] of texts) {
      const own = text.replaceAll(original.uuid, uuid).replaceAll(original.name, name);
      writeFileSync(join(folder, `${uuid}.${end}`), own);
    }
  }
});

const audit = async (...args: readonly string[]) => virtQuota(['audit', '--host', host, ...args]);

describe('an audit of very many captured domains', () => {
  const lines = join(scratch, 'lines.jsonl');

  it('prints what audits of some of them print, in their order', async () => {
    const whole = await audit('-f', 'jsonl');
    writeFileSync(lines, whole.stdout);
    const parts = [names.slice(0, 200), names.slice(200, 400), [...names.slice(400), original.name]];
    const some = await Promise.all(parts.map(part => audit(...part, '-f', 'jsonl')));
    expect(whole.stderr).toBe('');
    expect(whole.stdout.split('\n')).toHaveLength(DOMAINS + 2);
    expect(whole.stdout).toBe(some.map(part => part.stdout).join(''));
    expect(whole.exitCode).toBe(6);
  });

  it('is the same in a format that is no lines', async () => {
    const [table, saved] = await Promise.all([audit(), virtQuota(['report', lines])]);
    expect(table.stdout).toBe(saved.stdout);
    expect(table.stdout).toContain(`${DOMAINS + 1} domains: ${DOMAINS} inconclusive, 1 pass`);
  });

  it('is told what is asked', async () => {
    const flavor = join(import.meta.dirname, '../../samples/flavors/m1.resquota.json');
    const table = await audit('--flavor', flavor);
    expect(table.stdout).toMatch(
      /^pass +instance-\S+ {2}20 of 20 limits proved in force now, \d+ lost at the next start {2}\(flavor m1\.resquota\)$/m,
    );
  });
});

it('leaves nothing when it is interrupted while it reads a tar file, and says so', async () => {
  const [file, temporary] = [join(scratch, 'host.tar'), join(scratch, 'tmp')];
  execFileSync('tar', ['-cf', file, '-C', host, '.']);
  mkdirSync(temporary);
  const child = spawn(process.execPath, [main, 'audit', '--host', file, '-f', 'jsonl'], {
    env: { ...process.env, TMPDIR: temporary },
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', text => (stderr += text));
  child.stdout.once('data', () => child.kill('SIGINT')).resume();
  const [exitCode] = await once(child, 'close');
  expect({ exitCode, stderr }).toEqual({ exitCode: 130, stderr: 'virt-quota: interrupted\n' });
  expect(readdirSync(temporary)).toEqual([]);
});

describe('threads', () => {
  const domainsOf = (count: number) => Array.from({ length: count }, () => original);
  const inThreads = async ({
    folder,
    ...asked
  }: Pick<ThreadedAudit, 'domains' | 'signal'> & { readonly folder: string }) => {
    const { auditInThreads } = (await import(built)) as Built;
    const sources = await readDesired({}, processTerminal({ quiet: true }));
    return auditInThreads({ ...asked, capture: { folder }, sources, threads: 2 });
  };
  const taken = async (chunks: AsyncIterable<AuditChunk>) => {
    const all: (Omit<AuditChunk, 'lines'> & { readonly lines: string })[] = [];
    for await (const { lines, ...chunk } of chunks) {
      all.push({ ...chunk, lines: Buffer.from(lines).toString() });
    }
    return all;
  };

  it('hand over what is done in pieces, with how it came out', async () => {
    const chunks = await taken(await inThreads({ folder: captured, domains: domainsOf(70) }));
    expect(chunks.map(({ tally }) => tally.domains)).toEqual([32, 32, 6]);
    const all = chunks.map(chunk => chunk.tally).reduce(tallies, emptyTally);
    expect(all).toMatchObject({ domains: 70, outcomes: { pass: 70 } });
    const lines = chunks.map(chunk => chunk.lines).join('');
    expect(lines.match(/^\{"schemaVersion":1,"kind":"domain-audit",.*\}$/gm)).toHaveLength(70);
  });

  it('end with whoever does not want more, and when they are told to', async () => {
    for await (const { tally } of await inThreads({ folder: captured, domains: domainsOf(2000) })) {
      expect(tally.domains).toBe(32);
      break;
    }
    const controller = new AbortController();
    const { signal } = controller;
    const aborted = await inThreads({ folder: captured, domains: domainsOf(2000), signal });
    await aborted.next();
    controller.abort();
    await expect(aborted.next()).rejects.toThrow('aborted');
  });

  it('end with an error when the capture is not there', async () => {
    const nowhere = await inThreads({ folder: join(scratch, 'nowhere'), domains: domainsOf(1) });
    await expect(taken(nowhere)).rejects.toMatchObject({
      code: 'invalid-input',
      message: expect.stringContaining('is not a capture'),
    });
  });
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { main, virtQuota } from './run.ts';

interface Vector {
  readonly name: string;
  readonly extra_specs: Readonly<Record<string, string>>;
  readonly vcpus: number;
  readonly virt_type?: string;
  readonly legacy_shares?: boolean;
  readonly vif?: unknown;
  readonly expect?: Readonly<Record<string, string | null>>;
}

const scratch = mkdtempSync(join(tmpdir(), 'virt-quota-jsonl-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const parsed = (stdout: string) =>
  stdout
    .split('\n')
    .slice(0, -1)
    .map(line => JSON.parse(line));

describe('translate --jsonl', () => {
  it("agrees with Nova's and Cinder's own translations, in order", async () => {
    const file = join(import.meta.dirname, '../intent/vectors/nova.json');
    const all: readonly Vector[] = JSON.parse(readFileSync(file, 'utf8')).vectors;
    // What depends on the kind of domain, of interface or on an old Nova is not in the lines.
    const vectors = all.filter(one => one.expect && !one.virt_type && !one.legacy_shares && !one.vif);
    const input = vectors
      .map(({ name, expect: _, ...rest }) => JSON.stringify({ id: name, ...rest }))
      .join('\n');
    const { stdout, exitCode } = await virtQuota(['translate', '--jsonl'], { input });
    const expected = vectors.map(one => ({
      id: one.name,
      cputune: one.expect?.cputune ?? null,
      iotune: one.expect?.iotune ?? null,
      bandwidth: one.expect?.bandwidth ?? null,
      volume_iotune: one.expect?.volume_iotune ?? null,
    }));
    expect(expected.length).toBeGreaterThan(50);
    expect(parsed(stdout).map(({ diagnostics: _, ...line }) => line)).toEqual(expected);
    expect(exitCode).toBe(0);
  });

  it('writes exactly these members, and a finding with exactly those', async () => {
    const input = '{"id": 5, "extra_specs": {"quota:cpu_period": "999"}, "vcpus": 1}';
    const { stdout, stderr, exitCode } = await virtQuota(['translate', '--jsonl', '-'], { input });
    expect(stdout).toBe(
      '{"id":5,"cputune":"<cputune><period>999</period></cputune>","iotune":null,"bandwidth":null,' +
        '"volume_iotune":null,"diagnostics":[{"severity":"error","code":"out-of-range","path":"quota:cpu_period",' +
        '"message":"quota:cpu_period is 999, must be in 1000–1000000 µs"}]}\n',
    );
    expect([stderr, exitCode]).toEqual(['', 0]);
  });

  it('translates the flavor also where the size of its volume is missing', async () => {
    const specs = '"extra_specs": {"quota:cpu_shares": "512"}, "qos_specs": {"read_iops_sec_per_gb": "5"}';
    const { stdout, exitCode } = await virtQuota(['translate', '--jsonl'], { input: `{"id": 1, ${specs}}` });
    const [{ cputune, volume_iotune, diagnostics }] = parsed(stdout);
    expect([cputune, volume_iotune]).toEqual(['<cputune><shares>512</shares></cputune>', null]);
    expect(diagnostics).toMatchObject([
      { severity: 'error', code: 'needs-size', path: 'read_iops_sec_per_gb' },
    ]);
    expect(exitCode).toBe(0);
  });

  it('goes on after a line that cannot be read, and says so in the end', async () => {
    const file = join(scratch, 'some.jsonl');
    const long = `{"id": "long", "extra_specs": {"a": "${'x'.repeat(1024 * 1024)}"}}`;
    const good = (id: number) => `{"id": ${id}, "extra_specs": {}}`;
    const lines = [`\ufeff${good(1)}\r`, '', 'nonsense', long, ' \t\r', '{"id": 2}', '\xff', good(3)];
    writeFileSync(
      file,
      Buffer.concat(lines.map(line => Buffer.from(`${line}\n`, line === '\xff' ? 'latin1' : 'utf8'))),
    );
    const { stdout, stderr, exitCode } = await virtQuota(['translate', '--jsonl', file]);
    expect(parsed(stdout).map(({ id, diagnostics }) => [id, diagnostics[0]?.message])).toEqual([
      [1, undefined],
      [null, 'line 3 cannot be read: it is not JSON at line 3, column 1: a value was expected here'],
      [null, 'line 4 cannot be read: it is longer than 1048576 bytes'],
      [2, "line 6 has no 'extra_specs'"],
      [null, 'line 7 cannot be read: it is not UTF-8 text'],
      [3, undefined],
    ]);
    expect(stderr).toBe('virt-quota: 4 of 8 lines could not be read, the first is line 3\n');
    expect(exitCode).toBe(2);
  });

  it.each([
    [['translate', '--jsonl', join(scratch, 'none')], /no such file/],
    [['translate', '--jsonl', '--property', 'a=b'], /--jsonl.*cannot be used with.*--property/],
  ])('%j is refused', async (args, message) => {
    const { stdout, stderr, exitCode } = await virtQuota(args);
    expect(stderr).toMatch(message);
    expect([stdout, exitCode]).toEqual(['', 2]);
  });
});

describe('a reader', () => {
  const line = `${JSON.stringify({ id: 'x'.repeat(100), extra_specs: { 'quota:cpu_shares': '512' } })}\n`;
  const run = () => spawn(process.execPath, [main, 'translate', '--jsonl'], { stdio: 'pipe' });

  it('that is slow slows down a producer without an end: nothing piles up', async () => {
    const child = run();
    let taken = 0;
    let stopped = false;
    const block = line.repeat(5000);
    const produce = () => {
      while (!stopped) {
        taken += block.length;
        if (!child.stdin.write(block)) return void child.stdin.once('drain', produce);
      }
    };
    child.stdin.on('error', () => {});
    produce();
    await once(child.stdout, 'readable');
    // What the pipes and our two sides hold; a second reads several times that.
    const limit = 8 * 1024 * 1024;
    let before = -1;
    while (taken !== before && taken < limit) {
      before = taken;
      await sleep(1000);
    }
    stopped = true;
    child.kill();
    expect(taken).toBeLessThan(limit);
  });

  it('that leaves early is no failure', async () => {
    const child = run();
    let complaint = '';
    child.stderr.setEncoding('utf8').on('data', text => (complaint += text));
    child.stdin.on('error', () => {});
    child.stdin.end(line.repeat(20_000));
    await once(child.stdout, 'readable');
    child.stdout.destroy();
    const [exitCode] = await once(child, 'close');
    expect([exitCode, complaint]).toEqual([0, '']);
  });
});

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { main, virtQuota } from './run.ts';

const flavor = join(import.meta.dirname, '../../samples/flavors/m1.resquota.json');
const scratch = mkdtempSync(join(tmpdir(), 'virt-quota-kinds-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
const at = (name: string) => join(scratch, name);

describe('an input', () => {
  execFileSync('mkfifo', [at('fifo')]);
  mkdirSync(at('folder'));
  symlinkSync(flavor, at('link'));
  const translated = (file: string) => virtQuota(['translate', '--flavor', file]);
  const inShell = (line: string) =>
    execFileSync('bash', ['-c', line], { encoding: 'utf8', env: { ...process.env, VQ: main, F: flavor } });

  it.each([
    ['a FIFO', () => at('fifo'), 'is not a regular file'],
    ['a device', () => '/dev/zero', 'is not a regular file'],
    ['a folder', () => at('folder'), 'is a folder'],
    ['nothing', () => at('nothing'), 'no such file'],
  ])('that is %s is refused at once', async (_, path, why) => {
    for (const words of [['translate', '--flavor'], ['report']]) {
      const ran = await virtQuota([...words, path()]);
      expect(ran).toEqual({
        exitCode: 2,
        stdout: '',
        stderr: `virt-quota: cannot read '${path()}': ${why}\n`,
      });
    }
  });

  it('may be a link, and what a shell hands over', async () => {
    const { stdout } = await translated(flavor);
    expect(stdout).toContain('<cputune>');
    expect((await translated(at('link'))).stdout).toBe(stdout);
    const run = 'node "$VQ" translate --flavor';
    expect(inShell(`${run} <(cat "$F")`)).toBe(stdout);
    expect(inShell(`cat "$F" | ${run} /dev/stdin`)).toBe(stdout);
    expect(inShell(`${run} /dev/fd/7 7< "$F"`)).toBe(stdout);
    expect(inShell(`(sleep 0.3; cat "$F") | ${run} -`)).toBe(stdout);
  });

  it('that never ends is refused when it is too large, and SIGTERM ends waiting for it', async () => {
    const endless = inShell('node "$VQ" translate --flavor /dev/fd/7 7< <(yes) 2>&1; true');
    expect(endless).toMatch(/^virt-quota: '\/dev\/fd\/7' is larger than \d+(\.\d+)? MiB\n$/);
    const child = spawn(process.execPath, [main, 'translate', '--flavor', '-'], {
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    await new Promise(resolve => setTimeout(resolve, 1000));
    child.kill('SIGTERM');
    const [, signal] = await once(child, 'close');
    expect(signal).toBe('SIGTERM');
  });
});

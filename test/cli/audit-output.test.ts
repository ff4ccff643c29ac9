import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { replaceFile } from '../../src/cli/replace-file.ts';
import { virtQuota } from './run.ts';

const captured = (name: string) => join(import.meta.dirname, '../workflow/captured', name);
const scratch = mkdtempSync(join(tmpdir(), 'virt-quota-output-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const audit = (...more: string[]) =>
  virtQuota(['audit', '--host', captured('trixie-ovs-restarted'), ...more]);

describe('--out', () => {
  it('replaces the old file, which stays as closed as it was, and leaves nothing beside it', async () => {
    const folder = join(scratch, 'kept');
    mkdirSync(folder);
    writeFileSync(join(folder, 'report'), 'old');
    chmodSync(join(folder, 'report'), 0o640);
    const { exitCode, stdout } = await audit('--out', join(folder, 'report'));
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(readFileSync(join(folder, 'report'), 'utf8')).toContain('18 of 20 limits proved');
    expect(statSync(join(folder, 'report')).mode & 0o777).toBe(0o640);
    expect(readdirSync(folder)).toEqual(['report']);
  });

  it('puts nothing in the place of a link, a device or a folder', async () => {
    symlinkSync('victim', join(scratch, 'link'));
    const link = await audit('--out', join(scratch, 'link'));
    expect(link).toMatchObject({ exitCode: 2, stdout: '' });
    expect(link.stderr).toBe(`virt-quota: cannot write '${join(scratch, 'link')}': it is a link\n`);
    const into = await audit('--out', '/dev/null');
    expect(into).toMatchObject({ exitCode: 2, stdout: '' });
    expect(into.stderr).toContain("cannot write '/dev/null': it is not a regular file");
    expect(statSync('/dev/null').isCharacterDevice()).toBe(true);
    expect((await audit('--out', scratch)).exitCode).toBe(2);
  });

  it('keeps the old file when the work fails half-way', async () => {
    const file = join(scratch, 'whole');
    writeFileSync(file, 'old');
    const replacement = await replaceFile(file);
    await replacement.write('half');
    const drafts = () => readdirSync(scratch).filter(name => name.endsWith('.new'));
    expect(drafts()).toEqual([expect.stringMatching(/^\.virt-quota-/)]);
    await replacement.discard();
    expect(readFileSync(file, 'utf8')).toBe('old');
    expect(drafts()).toEqual([]);
  });

  it('is what standard output would be, whatever the format', async () => {
    for (const format of ['table', 'jsonl']) {
      const file = join(scratch, format);
      await audit('-f', format, '--out', file);
      expect(readFileSync(file, 'utf8')).toBe((await audit('-f', format)).stdout);
    }
  });

  it('calls the table text, too', async () => {
    expect((await audit('-f', 'text')).stdout).toBe((await audit('-f', 'table')).stdout);
  });
});

it('fits as many columns as COLUMNS says, on standard output only', async () => {
  process.env.COLUMNS = '60';
  const longest = (text: string) => Math.max(...text.split('\n').map(line => line.length));
  try {
    expect(longest((await audit()).stdout)).toBeLessThanOrEqual(60);
    expect(longest((await audit('-f', 'csv')).stdout)).toBeGreaterThan(60);
    await audit('--out', join(scratch, 'wide'));
    expect(longest(readFileSync(join(scratch, 'wide'), 'utf8'))).toBeGreaterThan(60);
  } finally {
    delete process.env.COLUMNS;
  }
});

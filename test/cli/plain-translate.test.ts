import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { plainTranslate } from '../../src/cli/plain-translate.ts';
import { virtQuota } from './run.ts';

const flavor = join(import.meta.dirname, '../../samples/flavors/m1.resquota.json');
const scratch = mkdtempSync(join(tmpdir(), 'virt-quota-plain-'));
const line = join(scratch, 'one.jsonl');
writeFileSync(line, '{"id":1,"extra_specs":{"quota:cpu_shares":"512"},"vcpus":1}\n');
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe('a translate without the parser of command lines', () => {
  it.each([
    [['--flavor', flavor]],
    [['--flavor', flavor, '-f', 'json']],
    [['--property', 'quota:cpu_shares=512', '--format', 'xml', '--property', 'quota:cpu_quota=-1']],
    [['--jsonl', line]],
  ])('gives what it gives with it: %j', async args => {
    expect(plainTranslate(['translate', ...args])).toBeDefined();
    const plain = await virtQuota(['translate', ...args]);
    // --quiet is the parser's, and leaves warnings out.
    expect(plainTranslate(['translate', '--quiet', ...args])).toBeUndefined();
    const parsed = await virtQuota(['translate', '--quiet', ...args]);
    expect(plain.stdout).toBe(parsed.stdout);
    expect(plain.stdout).not.toBe('');
    expect(plain.exitCode).toBe(parsed.exitCode);
  });

  it.each([
    [['apply', '--flavor', flavor]],
    [['translate']],
    [['translate', '--help']],
    [['translate', '--flavor']],
    [['translate', '--flavor', '--property']],
    [['translate', '--flavor', flavor, '-f', 'virsh']],
    [['translate', '--flavor', flavor, '-f', 'yaml']],
    [['translate', '--jsonl', '--cgroup', '2']],
    [['translate', '--jsonl', line, '--flavor', flavor]],
  ])('leaves everything else to the parser: %j', args => {
    expect(plainTranslate(args)).toBeUndefined();
  });
});

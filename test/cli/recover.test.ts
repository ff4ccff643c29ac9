import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { virtQuota } from './run.ts';

const uuid = '11111111-2222-3333-4444-555555555555';
const damaged = `${uuid}-0123456789ab.json`;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vq-recover-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const recover = (...args: readonly string[]) =>
  virtQuota(['recover', ...args], { env: { VIRT_QUOTA_STATE_DIR: folder } });

describe('recover', () => {
  it('has nothing to do where no apply has ended in the middle', async () => {
    expect(await recover()).toEqual({ exitCode: 0, stdout: '', stderr: 'nothing to recover\n' });
  });

  it('says that no apply to a domain has ended in the middle', async () => {
    const { exitCode, stderr } = await recover('vm1');
    expect({ exitCode, stderr }).toEqual({
      exitCode: 2,
      stderr: "virt-quota: no apply to 'vm1' has ended in the middle\n",
    });
  });

  it.each([[[]], [['--list']], [['--finish']], [['vm1']], [[uuid]]])(
    'names a damaged journal in one line, leaves it, and ends with 3: %j',
    async args => {
      writeFileSync(join(folder, damaged), '{"schemaVersion":1,');
      const { exitCode, stdout, stderr } = await recover(...args);
      expect({ exitCode, stdout }).toEqual({ exitCode: 3, stdout: '' });
      expect(stderr).toMatch(
        new RegExp(
          `^virt-quota: an earlier apply to domain ${uuid} ended in the middle, and its journal '${folder}/${damaged}' is not JSON: .*; nothing was touched: .*\\n$`,
        ),
      );
      expect(readdirSync(folder)).toEqual([damaged]);
    },
  );
});

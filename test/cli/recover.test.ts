import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stateFolder } from '../../src/host/state-folder.ts';
import { beginHostJournal } from '../../src/workflow/host-journal.ts';
import { beginJournal } from '../../src/workflow/journal.ts';
import { problems } from '../schema/validator.ts';
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

/** Changes that have begun, of a domain and of a port. */
async function begun(name = 'vm1'): Promise<void> {
  const state = stateFolder(folder);
  const startedAt = '2026-11-20T17:00:00.000Z';
  const device = { kind: 'disk', target: 'vda' } as const;
  await beginJournal(state, {
    schemaVersion: 1,
    hypervisor: 'host qemu:///system',
    uri: 'qemu:///system',
    startedAt,
    plan: {
      schemaVersion: 1,
      domain: { name, uuid, id: 3 },
      scopes: ['live'],
      tuning: {},
      steps: [
        {
          scope: 'live',
          device,
          before: {},
          after: { read_iops_sec: 512 },
          changes: [{ parameter: 'read_iops_sec', after: 512, reason: 'definition' }],
        },
      ],
      records: [],
      observed: { devices: {}, knobs: [] },
      diagnostics: [],
    },
  });
  const step = { name: 'database', forward: [], undo: [] };
  await beginHostJournal(state, {
    startedAt,
    plan: {
      schemaVersion: 1,
      kind: 'port-qos',
      subject: 'tap1',
      steps: [step],
      changes: [],
      demands: [],
      observed: [],
      diagnostics: [],
    },
  });
}

describe('recover', () => {
  it('lists what has begun and not ended, for people and as the schema says', async () => {
    await begun();
    expect((await recover('--list')).stdout).toBe(
      'vm1 (qemu:///system): begun 2026-11-20T17:00:00.000Z, disk vda\ntap1 (port-qos): begun 2026-11-20T17:00:00.000Z, database\n',
    );
    const lines = (await recover('--list', '-f', 'json')).stdout.trim().split('\n');
    expect(lines.map(line => problems('recovery', JSON.parse(line)))).toEqual([[], []]);
    expect(problems('recovery', { ...JSON.parse(lines[0] ?? ''), devices: 'vda' })).not.toEqual([]);
    expect(JSON.parse(lines[0] ?? '')).toEqual({
      schemaVersion: 1,
      domain: { name: 'vm1', uuid, id: 3 },
      startedAt: '2026-11-20T17:00:00.000Z',
      uri: 'qemu:///system',
      devices: ['disk vda'],
    });
  });

  it('lists a name of several lines in one', async () => {
    await begun('vm1\nvm2 (qemu:///system): begun');
    const { stdout } = await recover('--list');
    expect(stdout.split('\n')).toEqual([
      'vm1\\u000avm2 (qemu:///system): begun (qemu:///system): begun 2026-11-20T17:00:00.000Z, disk vda',
      'tap1 (port-qos): begun 2026-11-20T17:00:00.000Z, database',
      '',
    ]);
  });

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

import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { environmentUri } from '../../src/cli/connection.ts';
import { isOfThisMachine } from '../../src/cli/saved-connection.ts';
import { stateFolder } from '../../src/host/state-folder.ts';
import type { TuningPlan } from '../../src/plan/plan.ts';
import { beginJournal } from '../../src/workflow/journal.ts';
import { sealPlan } from '../../src/workflow/plan-file.ts';
import { type PrivateLibvirtd, startPrivateLibvirtd } from '../libvirtd.ts';
import { virtQuota } from './run.ts';

const uuid = '11111111-2222-3333-4444-555555555555';
const plan: TuningPlan = {
  schemaVersion: 1,
  domain: { name: 'vm1', uuid, id: 3 },
  scopes: ['live'],
  tuning: {},
  steps: [],
  records: [],
  observed: { devices: {}, knobs: [] },
  diagnostics: [],
};
let folder: string;
let file: string;
let program: string;
let ran: string;
let state: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vq-trust-'));
  file = join(folder, 'plan.json');
  state = join(folder, 'state');
  ran = join(folder, 'ran');
  program = join(folder, 'program');
  writeFileSync(program, `#!/bin/sh\necho "$@" >'${ran}'\n`, { mode: 0o755 });
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Runs it with these for libvirt's variables. */
function run(args: readonly string[], variables: Readonly<Record<string, string>> = {}) {
  const none = { VIRSH_DEFAULT_CONNECT_URI: '', LIBVIRT_DEFAULT_URI: '' };
  return virtQuota(args, { env: { ...none, VIRT_QUOTA_STATE_DIR: state, ...variables } });
}

function savePlan(uri: string): void {
  writeFileSync(file, JSON.stringify(sealPlan(plan, uri)));
}

async function saveJournal(uri: string): Promise<void> {
  const startedAt = '2026-11-20T17:00:00.000Z';
  await beginJournal(stateFolder(state), {
    schemaVersion: 1,
    hypervisor: 'host qemu:///system',
    uri,
    startedAt,
    plan,
  });
}

/** URIs that would run the program, or go somewhere else. */
const evil = (): readonly string[] => {
  const command = encodeURIComponent(program);
  return [
    `test+ext:///default?command=${command}`,
    `test+EXT:///default?COMMAND=${command}`,
    `test+ssh://somehost/default?command=${command}`,
    `qemu+ssh://somehost/system?netcat=${command}`,
    `qemu+unix:///system?socket=${encodeURIComponent(join(folder, 'sock'))}`,
    'qemu+tcp://127.0.0.1:1/system',
    'qemu://127.0.0.1:1/system',
  ];
};

describe('a file', () => {
  it('chooses no program and no host: a plan', async () => {
    for (const uri of evil()) {
      for (const more of [[], ['--dry-run']]) {
        savePlan(uri);
        const { exitCode, stdout, stderr } = await run(['apply', file, ...more]);
        expect({ exitCode, stdout, stderr }).toEqual({
          exitCode: 3,
          stdout: '',
          stderr: `virt-quota: the plan '${file}' is for '${uri}', and a file does not choose another host or a program: if it is right, give it with --connect\n`,
        });
      }
    }
    expect(readdirSync(folder).sort()).toEqual(['plan.json', 'program']);
  });

  it('chooses no program and no host: a journal', async () => {
    for (const uri of evil()) {
      await saveJournal(uri);
      const { exitCode, stdout, stderr } = await run(['recover']);
      expect({ exitCode, stdout }).toEqual({ exitCode: 3, stdout: '' });
      expect(stderr).toContain("virt-quota: the journal of 'vm1' is for '");
      expect(stderr.trim().split('\n')).toHaveLength(1);
    }
    expect(existsSync(ran)).toBe(false);
  });

  it('is compared with what the environment says', async () => {
    savePlan('qemu:///system');
    const { exitCode, stderr } = await run(['apply', file], { LIBVIRT_DEFAULT_URI: 'qemu:///session' });
    expect({ exitCode, stderr }).toEqual({
      exitCode: 3,
      stderr: `virt-quota: the plan '${file}' is for 'qemu:///system', but the environment says 'qemu:///session': say which with --connect\n`,
    });
  });

  it.each([
    ['qemu:///system', true],
    ['qemu:///session', true],
    ['qemu+unix:///system?mode=legacy', true],
    ['test:///default', true],
    ['qemu:///system?mode=x', false],
    ['qemu:///system?foo=1', false],
    ['qemu:///system#x', false],
    ['qemu://root@/system', false],
    ['qemu://localhost/system', false],
    ['test:///root/host.xml', false],
    ['test:///%2froot', false],
    ['vbox:///session', false],
    ['esx:///', false],
    ['qemu+libssh://h/system?known_hosts=/etc/shadow', false],
    ['/system', false],
    ['', false],
  ])('may name %s: %s', (uri, may) => expect(isOfThisMachine(uri)).toBe(may));
});

describe('the environment', () => {
  it.each([
    'command',
    'COMMAND',
    'netcat',
    'keyfile',
    'pkipath',
    'socket',
    'no_verify',
    'sshauth',
    'known_hosts',
  ])("chooses a host, but not '%s'", async name => {
    const uri = `test+ssh://somehost/default?no_tty=1&${name}=${encodeURIComponent(program)}`;
    const { exitCode, stderr } = await run(['effective', 'test'], {
      VIRSH_DEFAULT_CONNECT_URI: uri,
    });
    expect({ exitCode, stderr }).toEqual({
      exitCode: 3,
      stderr: `virt-quota: the environment's URI '${uri}' has '${name.toLowerCase()}', which counts only with --connect\n`,
    });
    expect(existsSync(ran)).toBe(false);
  });

  it.each([
    ['test+ssh://somehost/default?mode=auto?&command=x', 'command'],
    ['test+ssh://somehost/default?mode=auto;command=x', 'command'],
    ['test+ssh://somehost/default?%63ommand=x', '%63ommand'],
  ])('hides none of them: %s', (uri, name) => {
    vi.stubEnv('VIRSH_DEFAULT_CONNECT_URI', uri);
    try {
      expect(() => environmentUri()).toThrow(`has '${name}', which counts only with --connect`);
    } finally {
      vi.unstubAllEnvs();
    }
  });

  it("names no program by the transport 'ext'", async () => {
    const { exitCode, stderr } = await run(['effective', 'test'], {
      LIBVIRT_DEFAULT_URI: 'test+EXT:///default',
    });
    expect(exitCode).toBe(3);
    expect(stderr).toContain("has the transport 'ext', which counts only with --connect");
  });
});

describe('the command line', () => {
  let daemon: PrivateLibvirtd;
  beforeAll(async () => {
    daemon = await startPrivateLibvirtd();
  });
  afterAll(() => daemon.stop());

  it('runs the program that it names', async () => {
    const { exitCode } = await run(['effective', 'test', '-c', evil()[0] ?? '']);
    expect({ exitCode, ran: existsSync(ran) }).toEqual({ exitCode: 3, ran: true });
  });

  it('says where a plan goes, and is told when the plan says something else', async () => {
    const uri = daemon.uri('default');
    const made = await run([
      'plan',
      'test',
      '--property',
      'quota:cpu_shares=512',
      '--config',
      '-c',
      uri,
      '--out',
      file,
    ]);
    expect(made.exitCode).toBe(0);
    expect((await run(['apply', file])).exitCode).toBe(3);
    const shown = await run(['apply', file, '--dry-run', '-c', uri]);
    expect(shown).toMatchObject({ exitCode: 0, stderr: '' });
    expect(shown.stdout).toContain('Plan: 1 to add');
    expect(shown.stdout).toContain(
      `Where: domain test (6695eb01-f6a4-8304-79aa-97f2502e193f) of ${uri}, on this machine. Nothing was written.\n`,
    );
    expect(existsSync(state)).toBe(false);
    const other = uri.replace('?', '?mode=auto&');
    const told = await run(['apply', file, '--dry-run', '-c', other]);
    expect(told).toMatchObject({
      exitCode: 0,
      stderr: `the plan '${file}' is for '${uri}', connecting to '${other}'\n`,
    });
    const json = JSON.parse((await run(['apply', file, '--dry-run', '-c', other, '-f', 'json'])).stdout);
    expect(json).toMatchObject({ uri: other, domain: { name: 'test' } });
  });
});

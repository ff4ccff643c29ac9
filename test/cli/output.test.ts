import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PrivateLibvirtd, startPrivateLibvirtd } from '../libvirtd.ts';
import { main, virtQuota } from './run.ts';

const state = mkdtempSync(join(tmpdir(), 'virt-quota-output-'));
const names = Array.from({ length: 40 }, (_, index) => `vm${index}`);
let daemon: PrivateLibvirtd;

beforeAll(async () => {
  daemon = await startPrivateLibvirtd();
  daemon.addHost('many', `<node>${names.map(domainXml).join('')}</node>`);
});

afterAll(async () => {
  await daemon.stop();
  rmSync(state, { recursive: true, force: true });
});

function domainXml(name: string): string {
  return (
    `<domain type='test'><name>${name}</name><memory unit='MiB'>32</memory><vcpu>1</vcpu>` +
    `<os><type arch='x86_64'>hvm</type></os><devices><interface type='bridge'><source bridge='br0'/>` +
    `<mac address='52:54:00:00:00:01'/></interface></devices></domain>`
  );
}

function applyToAll() {
  const args = ['apply', '--all', '-c', daemon.uri('many'), '-f', 'jsonl', '--parallel', '8'];
  return spawn(process.execPath, [main, ...args, '--property', 'quota:vif_inbound_average=1000'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, VIRT_QUOTA_STATE_DIR: state },
  });
}

function journals(): readonly string[] {
  return readdirSync(state).filter(file => file.endsWith('.json'));
}

/** Lets it run a little at a time, and ends it where several domains are half-done. */
async function killedInTheMiddle(child: ReturnType<typeof applyToAll>): Promise<void> {
  const ended = once(child, 'close');
  while (child.exitCode === null && child.signalCode === null) {
    child.kill('SIGSTOP');
    await sleep(20);
    if (journals().length > 1) child.kill('SIGKILL');
    child.kill('SIGCONT');
    await sleep(5);
  }
  await ended;
}

describe('standard output', () => {
  it('that takes nothing more is told in one line, and is no difference', async () => {
    const full = openSync('/dev/full', 'w');
    const child = spawn(process.execPath, [main, 'schema', 'audit'], { stdio: ['ignore', full, 'pipe'] });
    closeSync(full);
    let stderr = '';
    child.stderr?.setEncoding('utf8').on('data', text => (stderr += text));
    const [exitCode] = await once(child, 'close');
    expect(stderr).toBe('virt-quota: cannot write what was found: ENOSPC: no space left on device, write\n');
    expect(exitCode).toBe(3);
  });

  it('of a recovery of several is a line of JSON for each', async () => {
    await killedInTheMiddle(applyToAll());
    const left = journals().length;
    expect(left).toBeGreaterThan(1);
    const ran = await virtQuota(['recover', '-c', daemon.uri('many'), '-f', 'json'], {
      env: { VIRT_QUOTA_STATE_DIR: state },
    });
    const results = ran.stdout
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line));
    expect(results.map(one => one.outcome)).toEqual(Array(left).fill('rolled-back'));
    expect([ran.exitCode, journals()]).toEqual([0, []]);
  });

  it('whose reader goes away in the middle of an apply leaves nothing half-done', async () => {
    const child = applyToAll();
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', text => (stderr += text));
    await once(child.stdout, 'data');
    child.stdout.destroy();
    await once(child, 'close');
    expect(journals()).toEqual([]);
    expect(stderr).toMatch(/^\d+ of 40 domains were not begun$/m);
  });
});

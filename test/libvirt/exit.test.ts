import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PrivateLibvirtd, startPrivateLibvirtd } from '../libvirtd.ts';
import { compileClient, runClient } from './compiled-client.ts';
import { hasEnded } from './processes.ts';

let folder: string;
let daemon: PrivateLibvirtd;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'vq-exit-'));
  compileClient(folder);
  daemon = await startPrivateLibvirtd();
});

afterAll(async () => {
  await daemon.stop();
  rmSync(folder, { recursive: true });
});

describe('a program that uses the client', () => {
  it('ends by itself after close, with every option in use', async () => {
    const used = `const c = await connect(uri, { signal: new AbortController().signal });
      const events = await c.events.lifecycle();
      await c.listDomains();
      await c.close();`;
    expect(await runClient(folder, used, daemon.uri('default'))).toEqual({ code: 0, output: '' });
  });

  it('ends by itself after abort, with calls under way', async () => {
    const used = `const c = await connect(uri);
      const calls = Promise.allSettled([c.hostname(), c.capabilities()]);
      c.abort();
      console.log((await calls).map(call => call.reason.kind).join());`;
    expect(await runClient(folder, used, daemon.uri('default'))).toEqual({
      code: 0,
      output: 'closed,closed\n',
    });
  });

  it('ends by itself after an attempt to connect that failed', async () => {
    const used = `await connect('test+tcp://127.0.0.1:1/default').catch(error => console.log(error.kind));`;
    expect(await runClient(folder, used, '')).toEqual({ code: 0, output: 'unreachable\n' });
  });

  it('ends at once by process.exit with calls that nobody answers', async () => {
    const used = `const net = await import('node:net');
      const c = await connect(uri);
      process.kill(Number(process.env.DAEMON), 'SIGSTOP');
      for (let call = 0; call < 20; call += 1) c.hostname().catch(() => {});
      setTimeout(() => process.exit(7), 50);`;
    const own = await startPrivateLibvirtd();
    const pid = readFileSync(join(own.folder, 'pid'), 'utf8').trim();
    try {
      expect(await runClient(folder, used, own.uri('default'), { env: { DAEMON: pid } })).toEqual({
        code: 7,
        output: '',
      });
    } finally {
      process.kill(Number(pid), 'SIGCONT');
      await own.stop();
    }
  });

  it('takes the ssh that it started with it', async () => {
    const pidFile = join(folder, 'ssh.pid');
    const ssh = join(folder, 'ssh');
    writeFileSync(ssh, `#!/bin/sh\necho $$ >'${pidFile}'\nexec sleep 60\n`);
    chmodSync(ssh, 0o755);
    const used = `connect(uri).catch(() => {});
      const { existsSync } = await import('node:fs');
      while (!existsSync(${JSON.stringify(pidFile)})) await new Promise(resolve => setTimeout(resolve, 5));
      process.exit(0);`;
    const uri = `test+ssh://host/default?command=${encodeURIComponent(ssh)}`;
    expect(await runClient(folder, used, uri)).toEqual({ code: 0, output: '' });
    const pid = Number(readFileSync(pidFile, 'utf8'));
    expect(await hasEnded(pid)).toBe(true);
  });
});

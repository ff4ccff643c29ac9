import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect, isVirError } from '../../src/libvirt/index.ts';
import { type PrivateLibvirtd, startPrivateLibvirtd } from '../libvirtd.ts';
import { hasEnded, isRunning } from './processes.ts';
import { startPrivateSshd } from './sshd.ts';

let folder: string;
let daemon: PrivateLibvirtd;
/** A stand-in for ssh: forgets the host, and gives the line to a shell as sshd would. */
let ssh: string;
/** A netcat that every machine has which runs this test. */
let netcat: string;

beforeAll(async () => {
  daemon = await startPrivateLibvirtd();
  folder = mkdtempSync(join(tmpdir(), 'vq ssh '));
  ssh = program('ssh', `while [ "$1" != -- ]; do shift; done; shift 2; exec sh -c "$*"`);
  const relay =
    "const s = require('net').connect(process.argv.at(-1)); process.stdin.pipe(s).pipe(process.stdout); s.on('close', () => process.exit())";
  netcat = program(
    'my nc',
    `case "$1" in -q) exit 1;; esac; exec '${process.execPath}' -e "${relay}" -- "$@"`,
  );
});

afterAll(async () => {
  await daemon.stop();
  rmSync(folder, { recursive: true });
});

function program(name: string, script: string): string {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

function uri(
  parameters: Readonly<Record<string, string>>,
  authority = 'somehost',
  path = '/default',
): string {
  const query = Object.entries(parameters).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  return `test+ssh://${authority}${path}?${query.join('&')}`;
}

describe('through a program in place of ssh', () => {
  it('a session works, by the netcat of the other side', async () => {
    const connection = await connect(uri({ command: ssh, netcat, socket: daemon.socket }));
    const domain = await connection.lookupByName('test');
    const xml = await Promise.all(Array.from({ length: 100 }, () => connection.getXml(domain)));
    expect(xml.at(-1)).toContain('<name>test</name>');
    await connection.close();
  });

  it('virt-ssh-helper finds the daemon of the session by itself', async () => {
    const runtime = join(daemon.folder, 'run');
    mkdirSync(join(runtime, 'libvirt'), { recursive: true });
    rmSync(join(runtime, 'libvirt', 'libvirt-sock'), { force: true });
    symlinkSync(daemon.socket, join(runtime, 'libvirt', 'libvirt-sock'));
    const asNobody = userInfo().uid === 0 ? 'exec setpriv --reuid 65534 --clear-groups' : 'exec';
    const set = `XDG_RUNTIME_DIR='${runtime}'; export XDG_RUNTIME_DIR`;
    const there = program(
      'ssh as nobody',
      `while [ "$1" != -- ]; do shift; done; shift 2; ${set}; ${asNobody} sh -c "$*"`,
    );
    const attempt = connect(`qemu+ssh://somehost/session?proxy=native&command=${encodeURIComponent(there)}`);
    const outcome = await attempt.catch(error => error);
    // Without the QEMU module the daemon says so itself, which proves as much.
    if (isVirError(outcome, 5)) return;
    expect(await outcome.type()).toBe('QEMU');
    await outcome.close();
  });

  it('the program is gone when the connection is closed, and when it is aborted', async () => {
    for (const end of ['close', 'abort'] as const) {
      const pidFile = join(folder, `pid-${end}`);
      const noted = program(`ssh-${end}`, `echo $$ >'${pidFile}'; exec '${ssh}' "$@"`);
      const connection = await connect(uri({ command: noted, netcat, socket: daemon.socket }));
      const pid = Number(execFileSync('cat', [pidFile], { encoding: 'utf8' }));
      expect(isRunning(pid)).toBe(true);
      await connection[end]();
      expect(await hasEnded(pid)).toBe(true);
    }
  });

  it('what ssh complains about is in the error', async () => {
    const refusing = program('refusing', 'echo "Permission denied (publickey)." >&2; exit 255');
    await expect(connect(uri({ command: refusing }))).rejects.toMatchObject({
      kind: 'unreachable',
      message: expect.stringMatching(
        /'.*refusing' has ended: exit status 255: Permission denied \(publickey\)\.$/,
      ),
    });
  });

  it('a program that is not there is an error', async () => {
    await expect(connect(uri({ command: '/nowhere/ssh' }))).rejects.toMatchObject({
      kind: 'unreachable',
      message: expect.stringContaining("cannot start '/nowhere/ssh'"),
    });
  });

  it('a program that says nothing is given up, and killed', async () => {
    const pidFile = join(folder, 'pid-silent');
    const silent = program('silent', `echo $$ >'${pidFile}'; exec sleep 60`);
    const attempt = connect(uri({ command: silent }), { connectTimeoutMs: 300 });
    await expect(attempt).rejects.toMatchObject({ kind: 'timeout' });
    const pid = Number(execFileSync('cat', [pidFile], { encoding: 'utf8' }));
    expect(await hasEnded(pid)).toBe(true);
  });

  it('a program that greets is not taken for libvirt', async () => {
    const greeting = program('greeting', 'echo "Welcome to the machine, please behave"; exec sleep 60');
    await expect(connect(uri({ command: greeting }))).rejects.toMatchObject({
      kind: 'protocol',
      message: expect.stringContaining('a message cannot be 1466264675 bytes long'),
    });
  });
});

describe('through a real sshd', () => {
  it('a session works', async context => {
    const sshd = await startPrivateSshd();
    if (typeof sshd === 'string') return context.skip(`${sshd}; the stand-in covers our side`);
    try {
      const quoted = sshd.sshOptions.map(option => `'${option}'`).join(' ');
      const command = program('real ssh', `exec ssh ${quoted} "$@"`);
      const parameters = { keyfile: sshd.keyFile, netcat, socket: daemon.socket, no_tty: '1', command };
      const connection = await connect(uri(parameters, sshd.authority));
      const domain = await connection.lookupByName('test');
      expect(await connection.getXml(domain)).toContain('<name>test</name>');
      await connection.close();
    } finally {
      sshd.stop();
    }
  });
});

import { execFileSync, spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './processes.ts';

const program = '/usr/sbin/sshd';

/** A real sshd that lets the user of this process in. */
export interface PrivateSshd {
  /** `user@127.0.0.1:port`. */
  readonly authority: string;
  /** Private key of the user. */
  readonly keyFile: string;
  /** Options that keep the user's own configuration and known hosts out of it. */
  readonly sshOptions: readonly string[];
  stop(): void;
}

/** Starts one on a high port; tells why not where that cannot be: no sshd, or an account that may not log in. */
export async function startPrivateSshd(): Promise<PrivateSshd | string> {
  if (!existsSync(program)) return 'no sshd on this machine (package openssh-server)';
  const folder = mkdtempSync(join(tmpdir(), 'vq-sshd-'));
  const keyFile = join(folder, 'user');
  const port = await freePort();
  const daemon = spawn(program, ['-D', '-f', configure(folder, port)], { stdio: 'ignore' });
  for (let left = 300; left > 0 && !(await accepts(port)); left -= 1) await sleep(10);
  const stop = () => {
    daemon.kill();
    rmSync(folder, { recursive: true });
  };
  const known = ['-o', `UserKnownHostsFile=${folder}/known`, '-o', 'GlobalKnownHostsFile=/dev/null'];
  const sshOptions = ['-F', '/dev/null', ...known, '-o', 'StrictHostKeyChecking=accept-new'];
  const { username } = userInfo();
  try {
    const where = ['-p', String(port), '-i', keyFile, '-o', 'BatchMode=yes', '-l', username, '127.0.0.1'];
    execFileSync('ssh', [...sshOptions, ...where, 'true'], { stdio: 'pipe' });
  } catch (error) {
    stop();
    return `sshd does not let ${username} in: ${error}`;
  }
  return { authority: `${username}@127.0.0.1:${port}`, keyFile, sshOptions, stop };
}

function configure(folder: string, port: number): string {
  for (const name of ['host', 'user']) {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, name)]);
  }
  copyFileSync(join(folder, 'user.pub'), join(folder, 'authorized'));
  if (userInfo().uid === 0) mkdirSync('/run/sshd', { recursive: true });
  const lines = [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${folder}/host`,
    `AuthorizedKeysFile ${folder}/authorized`,
    'PidFile none',
    'StrictModes no',
    'UsePAM no',
    'PermitRootLogin yes',
    'PasswordAuthentication no',
  ];
  const file = join(folder, 'sshd_config');
  writeFileSync(file, `${lines.join('\n')}\n`);
  return file;
}

function accepts(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const probe = net.connect(port, '127.0.0.1', () => {
      probe.destroy();
      resolve(true);
    });
    probe.on('error', () => resolve(false));
  });
}

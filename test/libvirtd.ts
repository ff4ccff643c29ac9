import { type ChildProcess, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A libvirtd of one's own: unprivileged, in a folder of its own, gone after `stop()`. */
export interface PrivateLibvirtd {
  readonly socket: string;
  /** An unprivileged libvirtd has no socket for readers: the same one. */
  readonly readOnlySocket: string;
  /** Folder that the daemon may read; goes with it. */
  readonly folder: string;
  /** `default`, or the name of a file made by {@link PrivateLibvirtd.addHost} → URI for the test driver. */
  uri(name: string): string;
  /** URI for the QEMU driver of this daemon; works where its module is installed. */
  readonly qemuUri: string;
  /** Writes a test driver's host with its own domains; each connection to it has its own state. */
  addHost(name: string, xml: string): void;
  /** Kills the daemon without a goodbye, and leaves the folder. */
  kill(): Promise<void>;
  /** Starts it again after {@link PrivateLibvirtd.kill}, on the same socket. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** More for libvirtd.conf, and more arguments (`--listen`). */
export interface LibvirtdOptions {
  readonly conf?: readonly string[];
  readonly args?: readonly string[];
}

/** `nobody`: as root a libvirtd would be the system's, and start its networks. */
const nobody = 65_534;
const startMs = 15_000;

/** Starts one. @throws Error with the daemon's log when it does not come up. */
export async function startPrivateLibvirtd(options: LibvirtdOptions = {}): Promise<PrivateLibvirtd> {
  const folder = makeFolder();
  const socket = join(folder, 'libvirt-sock');
  writeFileSync(join(folder, 'libvirtd.conf'), conf(folder, options.conf ?? []), { mode: 0o644 });
  let daemon = await start(folder, socket, options.args ?? []);
  const onExit = () => {
    daemon.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', onExit);
  const query = `?socket=${encodeURIComponent(socket)}`;
  return {
    socket,
    readOnlySocket: socket,
    folder,
    uri: name =>
      name === 'default' ? `test+unix:///default${query}` : `test+unix://${folder}/${name}.xml${query}`,
    qemuUri: `qemu+unix:///session${query}`,
    addHost: (name, xml) => writeFileSync(join(folder, `${name}.xml`), xml, { mode: 0o644 }),
    kill: () => end(daemon, 'SIGKILL'),
    async restart() {
      daemon = await start(folder, socket, options.args ?? []);
    },
    async stop() {
      process.off('exit', onExit);
      await end(daemon, 'SIGTERM');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function makeFolder(): string {
  // Short: the path of a unix socket has at most 107 characters.
  const folder = mkdtempSync(join(tmpdir(), 'vq-lv-'));
  for (const name of ['run', 'config', 'cache', 'data']) mkdirSync(join(folder, name), { mode: 0o700 });
  if (process.getuid?.() === 0) {
    for (const name of ['', 'run', 'config', 'cache', 'data']) chownSync(join(folder, name), nobody, nobody);
  }
  return folder;
}

function conf(folder: string, more: readonly string[]): string {
  const lines = [
    `unix_sock_dir = "${folder}"`,
    'auth_unix_rw = "none"',
    'auth_unix_ro = "none"',
    `log_outputs = "3:file:${folder}/log"`,
    ...more,
  ];
  return `${lines.join('\n')}\n`;
}

async function start(folder: string, socket: string, args: readonly string[]): Promise<ChildProcess> {
  const files = ['-f', join(folder, 'libvirtd.conf'), '-p', join(folder, 'pid')];
  const asNobody = process.getuid?.() === 0 ? { uid: nobody, gid: nobody } : {};
  const daemon = spawn('libvirtd', [...files, '--timeout', '120', ...args], {
    ...asNobody,
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      PATH: `${process.env.PATH}:/usr/sbin:/sbin`,
      HOME: folder,
      XDG_RUNTIME_DIR: join(folder, 'run'),
      XDG_CONFIG_HOME: join(folder, 'config'),
      XDG_CACHE_HOME: join(folder, 'cache'),
      XDG_DATA_HOME: join(folder, 'data'),
    },
  });
  let complaint = '';
  daemon.on('error', error => {
    complaint = `${error.message} (package libvirt-daemon)`;
  });
  daemon.stderr?.on('data', chunk => {
    complaint += chunk;
  });
  const deadline = Date.now() + startMs;
  while (!(await accepts(socket))) {
    if (daemon.exitCode !== null || complaint.includes('ENOENT') || Date.now() > deadline) {
      daemon.kill('SIGKILL');
      throw new Error(`libvirtd does not start: ${complaint}\n${log(folder)}`);
    }
    await sleep(10);
  }
  return daemon;
}

function log(folder: string): string {
  const path = join(folder, 'log');
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

function accepts(socket: string): Promise<boolean> {
  return new Promise(resolve => {
    const probe = net.connect(socket, () => {
      probe.destroy();
      resolve(true);
    });
    probe.on('error', () => resolve(false));
  });
}

async function end(daemon: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (daemon.exitCode !== null || daemon.signalCode !== null) return;
  const gone = new Promise(resolve => daemon.once('exit', resolve));
  daemon.kill(signal);
  await gone;
}

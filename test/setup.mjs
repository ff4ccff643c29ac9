// Makes a fresh clone ready: packages, build, and on request what the private libvirtd (`--libvirt`), the tests of
// reports (`--reports`) or the lab (`--lab`) need from the distribution. Plain JavaScript, because it runs before
// anything is installed.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const top = join(dirname(fileURLToPath(import.meta.url)), '..');
const wanted = new Set(process.argv.slice(2));

requireNode(20, 19);
installPackages();
build();
if (wanted.has('--libvirt')) {
  installPrograms('a private libvirtd', { libvirtd: 'libvirt-daemon', virsh: 'libvirt-clients' });
}
if (wanted.has('--reports')) {
  installPrograms('testing reports', {
    xmllint: 'libxml2-utils',
    // Where a distribution has no such package, any of its kin will do.
    ...(['chromium-browser', 'google-chrome'].some(onPath) ? {} : { chromium: 'chromium' }),
  });
}
if (wanted.has('--lab')) {
  installPrograms('the lab', {
    'qemu-system-x86_64': 'qemu-system-x86',
    'qemu-img': 'qemu-utils',
    mmdebstrap: 'mmdebstrap debian-archive-keyring',
    'mkfs.ext4': 'e2fsprogs',
    // Who is not root lets mmdebstrap be the root of a user namespace.
    ...(process.getuid() === 0 ? {} : { newuidmap: 'uidmap' }),
  });
}

function requireNode(major, minor) {
  const [have, haveMinor] = process.versions.node.split('.').map(Number);
  if (have > major || (have === major && haveMinor >= minor)) return;
  fail(`node ${process.versions.node} is too old: virt-quota needs ${major}.${minor} or newer`);
}

/** `npm ci`, unless the packages of exactly this lock file are already there. */
function installPackages() {
  const lock = createHash('sha256')
    .update(readFileSync(join(top, 'package-lock.json')))
    .digest('hex');
  const stamp = join(top, 'node_modules', '.virt-quota-lock');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  say('installing packages (npm ci)');
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
  writeFileSync(stamp, lock);
}

/** Compiles src and test into dist; tsc is asked only when a source is newer than the last build, and builds only what changed. */
function build() {
  const stamp = join(top, 'dist', '.built');
  if (existsSync(stamp) && !anyNewer(['src', 'test', 'tsconfig.json', '.config'], statSync(stamp).mtimeMs))
    return;
  say('building (tsc)');
  run(process.execPath, [join(top, 'node_modules', 'typescript', 'bin', 'tsc')]);
  const bundler = join(top, 'node_modules', 'rolldown', 'bin', 'cli.mjs');
  run(process.execPath, [bundler, '--config', join(top, '.config', 'rolldown.config.mjs')]);
  writeFileSync(stamp, '');
}

function anyNewer(paths, then) {
  const found = spawnSync(
    'find',
    [...paths, '-newermt', `@${then / 1000}`, '-type', 'f', '-print', '-quit'],
    {
      cwd: top,
      encoding: 'utf8',
    },
  );
  return found.status !== 0 || found.stdout.trim() !== '';
}

/** Installs the packages of missing programs when that is possible, else says the exact command. */
function installPrograms(what, packageOf) {
  const missing = Object.keys(packageOf).filter(program => !onPath(program));
  if (missing.length === 0) return;
  const packages = [...new Set(missing.map(program => packageOf[program]))];
  const command = `apt-get install -y --no-install-recommends ${packages.join(' ')}`;
  if (process.getuid() !== 0 || !onPath('apt-get')) {
    fail(`${what} needs ${missing.join(', ')}; run this, then try again:\n  sudo ${command}`);
  }
  say(`installing what ${what} needs: ${packages.join(' ')}`);
  const quiet = {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    stdio: ['ignore', 'ignore', 'inherit'],
  };
  run('apt-get', ['update', '-qq'], quiet);
  run('apt-get', command.split(' ').slice(1), quiet);
}

function onPath(program) {
  const folders = `${process.env.PATH}:/usr/sbin:/sbin`.split(':');
  return folders.some(folder => existsSync(join(folder, program)));
}

function run(command, args, options = { stdio: ['ignore', 'ignore', 'inherit'] }) {
  const done = spawnSync(command, args, { cwd: top, ...options });
  if (done.status !== 0)
    fail(`${command} ${args.join(' ')} failed (${done.error?.message ?? `exit ${done.status}`})`);
}

function say(text) {
  process.stderr.write(`setup: ${text}\n`);
}

function fail(text) {
  process.stderr.write(`setup: ${text}\n`);
  process.exit(3);
}

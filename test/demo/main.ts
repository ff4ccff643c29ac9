// `npm run demo`: the main job without a hypervisor, on a private libvirtd and a captured host.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '../../src/libvirt/index.ts';
import { startPrivateLibvirtd } from '../libvirtd.ts';

const top = join(import.meta.dirname, '../../..');
const flavor = 'samples/flavors/m1.resquota.json';
const sampleDomain = 'samples/domains/instance-00000041.xml';
const capturedHost = 'samples/hosts/trixie';
const domain = 'instance-00000041';

const scratch = mkdtempSync(join(tmpdir(), 'virt-quota-demo-'));
/** Locks and journals of the demo are not this machine's. */
const stateDir = join(scratch, 'state');
const failures: string[] = [];
try {
  translateIt();
  await applyIt();
  verifyIt();
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
if (failures.length > 0) {
  process.stderr.write(`demo: not as expected: ${failures.join('; ')}\n`);
  process.exitCode = 1;
} else {
  say('\nOn a real hypervisor, disposable: npm run lab -- up   then: npm run lab -- run virt-quota --help');
  say(`On yours, as root:                virt-quota -c qemu:///system plan DOMAIN --flavor ${flavor}`);
}

function translateIt(): void {
  title('1. The flavor, put into a domain definition: only these lines change, every other byte stays');
  const edited = virtQuota(['translate', '--flavor', flavor, '--domain', sampleDomain], { show: false });
  const file = join(scratch, 'edited.xml');
  writeFileSync(file, edited);
  const labels = ['--label', 'before', '--label', 'after'];
  const difference = spawnSync('diff', ['-U1', ...labels, sampleDomain, file], {
    cwd: top,
    encoding: 'utf8',
    env: { ...process.env, VIRT_QUOTA_STATE_DIR: stateDir },
  });
  say(difference.stdout);
  if (difference.status !== 1) failures.push('the translation changed nothing');
}

/** On libvirt's test driver: real libvirt, real protocol, no guests. What it cannot do is reported as not applicable. */
async function applyIt(): Promise<void> {
  title(
    '2. Planned, applied and read back on a real libvirtd, started for this demo (its built-in test driver)',
  );
  const daemon = await startPrivateLibvirtd();
  // The test driver forgets its domains when the last connection goes: this one stays open.
  const connection = await connect(daemon.uri('default'));
  try {
    const xml = readFileSync(join(top, sampleDomain), 'utf8').replace(
      /(<domain\s+type=)(['"])\w+\2/,
      "$1'test'",
    );
    await connection.create(await connection.defineXml(xml));
    const on = ['-c', daemon.uri('default')];
    const asked = [domain, '--flavor', flavor, '--live', '--config'];
    virtQuota(['plan', ...on, ...asked]);
    virtQuota(['apply', ...on, ...asked]);
    virtQuota(['plan', ...on, ...asked, '--exit-code']);
  } finally {
    await connection.close();
    await daemon.stop();
  }
}

function verifyIt(): void {
  title('3. A host captured from a running QEMU hypervisor, verified limit by limit, layer by layer');
  virtQuota(['verify', domain, '--flavor', flavor, '--host', capturedHost]);
}

function virtQuota(args: readonly string[], { show = true } = {}): string {
  const done = spawnSync(process.execPath, ['dist/bundle/cli/main.js', ...args], {
    cwd: top,
    encoding: 'utf8',
  });
  say(`$ virt-quota ${args.map(shorten).join(' ')}`);
  if (show) say(done.stderr + done.stdout);
  if (done.status !== 0)
    failures.push(`virt-quota ${args[0]} ended with exit ${done.status}: ${done.stderr}`);
  return done.stdout;
}

function shorten(arg: string): string {
  return arg.replace(/socket=[^&]*/, 'socket=…');
}

function title(text: string): void {
  say(`\n== ${text}\n`);
}

function say(text: string): void {
  process.stdout.write(`${text.trimEnd()}\n`);
}

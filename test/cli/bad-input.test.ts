import { mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PrivateLibvirtd, startPrivateLibvirtd } from '../libvirtd.ts';
import { virtQuota } from './run.ts';

const flavor = join(import.meta.dirname, '../../samples/flavors/m1.resquota.json');
const sampleDomain = join(import.meta.dirname, '../../samples/domains/instance-00000041.xml');
const scratch = mkdtempSync(join(tmpdir(), 'virt-quota-bad-'));
let daemon: PrivateLibvirtd;

beforeAll(async () => {
  daemon = await startPrivateLibvirtd();
});

afterAll(async () => {
  await daemon.stop();
  rmSync(scratch, { recursive: true, force: true });
});

/** Every refusal is one clear message on standard error, no data, no stack trace. */
async function refuses(
  args: readonly string[],
  exitCode: number,
  message: RegExp,
  input?: string,
): Promise<void> {
  const ran = await virtQuota(args, input === undefined ? {} : { input });
  expect(ran.stderr).toMatch(message);
  expect(ran.stderr).not.toMatch(/\n\s+at |internal error|node:/);
  expect(ran.stdout).toBe('');
  expect(ran.exitCode).toBe(exitCode);
}

describe('bad input gets one clear message, the right exit code, and touches nothing', () => {
  it('a flavor that is not JSON', async () => {
    await refuses(['translate', '--flavor', '-'], 2, /JSON/, '{"flavor": ');
  });

  it('an empty flavor file', async () => {
    await refuses(['translate', '--flavor', '-'], 2, /standard input' is empty/, ' \n');
  });

  it('a flavor file that is not there', async () => {
    await refuses(['translate', '--flavor', join(scratch, 'none.json')], 2, /no such file/);
  });

  it('a flavor value that is not a number: key, value and range are named', async () => {
    await refuses(['translate', '--property', 'quota:cpu_shares=abc'], 2, /quota:cpu_shares.*'abc'/);
  });

  it('a flavor value out of range', async () => {
    await refuses(
      ['translate', '--property', 'quota:cpu_period=999'],
      2,
      /quota:cpu_period.*999.*1000.*1000000/,
    );
  });

  it('nothing wanted at all', async () => {
    await refuses(['translate'], 2, /--flavor FILE or --property/);
  });

  it('an unknown option and an unknown command', async () => {
    await refuses(['translate', '--bogus'], 2, /unknown option '--bogus'/);
    await refuses(['frobnicate'], 2, /unknown command 'frobnicate'/);
  });

  it('a domain XML of 100 MB, given up on after 16', async () => {
    const file = join(scratch, 'large.xml');
    const handle = openSync(file, 'w');
    const megabyte = Buffer.alloc(1024 * 1024, ' ');
    for (let written = 0; written < 100; written++) writeSync(handle, megabyte);
    await refuses(['translate', '--flavor', flavor, '--domain', file], 2, /larger than 16 MiB/);
  });

  it('entity bombs', async () => {
    const file = join(scratch, 'bomb.xml');
    const entities = Array.from({ length: 10 }, (_, n) => `<!ENTITY e${n + 1} "&e${n};&e${n};">`).join('');
    writeFileSync(
      file,
      `<!DOCTYPE domain [<!ENTITY e0 "ha">${entities}]><domain><name>&e10;</name></domain>`,
    );
    await refuses(['translate', '--flavor', flavor, '--domain', file], 2, /DOCTYPE/);
  });

  it('XML that is not well-formed, with the place', async () => {
    const file = join(scratch, 'broken.xml');
    writeFileSync(file, '<domain>\n  <name>x</nam>\n</domain>\n');
    await refuses(['translate', '--flavor', flavor, '--domain', file], 2, /line 2/);
  });

  it('a file that is no domain: it is named', async () => {
    const file = join(scratch, 'page.html');
    writeFileSync(file, '<html><body>502</body></html>');
    const named = new RegExp(`^virt-quota: '${file}': not a domain: the root element is <html>\n$`);
    await refuses(['translate', '--flavor', file], 2, named);
    await refuses(['translate', '--property', 'quota:cpu_shares=5', '--domain', file], 2, named);
    const passwd = '/etc/passwd';
    await refuses(
      ['translate', '--property', 'quota:cpu_shares=5', '--domain', passwd],
      2,
      /^virt-quota: '\/etc\/passwd': domain XML is not well-formed XML at line 1/,
    );
  });

  it('standard input for both policies of a port', async () => {
    const port = ['port', 'translate', '--port', '205081e1-ad00-4000-8000-000000000001'];
    await refuses(
      [...port, '--policy', '-', '--network-policy', '-'],
      2,
      /only one input can be standard input/,
    );
  });

  it('an apply without domains or flavor, whatever becomes of the connection', async () => {
    const on = ['-c', `qemu+unix:///system?socket=${join(scratch, 'no-socket')}`];
    await refuses(['apply', ...on], 2, /say which domains/);
    await refuses(['apply', 'vm1', '--all', '--flavor', flavor, ...on], 2, /say which domains/);
    await refuses(['apply', 'vm1', 'vm2', ...on], 2, /--flavor FILE or --property/);
    await refuses(['apply', '--from', join(scratch, 'none'), ...on], 2, /no such file/);
    await refuses(
      ['apply', '--from', '-', ...on],
      2,
      /^virt-quota: standard input:2: flavor: must be a flavor, or the name of a file with one\n$/,
      '{"domain": "vm1", "flavor": {"extra_specs": {}}}\n{"domain": "vm2"}\n',
    );
  });

  it('a domain that libvirt does not know', async () => {
    const on = ['-c', daemon.uri('default')];
    await refuses(['verify', 'nobody', ...on, '--flavor', flavor], 2, /no domain 'nobody'/);
    await refuses(['apply', '../../etc', ...on, '--flavor', flavor], 2, /no domain '..\/..\/etc'/);
  });

  it('a hypervisor that cannot be reached', async () => {
    const on = ['-c', `qemu+unix:///system?socket=${join(scratch, 'no-socket')}`];
    await refuses(['verify', 'vm1', ...on, '--flavor', flavor], 3, /no-socket/);
  });

  it('a URI that is none', async () => {
    await refuses(
      ['verify', 'vm1', '-c', 'nonsense', '--flavor', flavor],
      2,
      /'nonsense' is not a libvirt URI/,
    );
  });

  it('a captured host that is none', async () => {
    await refuses(['verify', 'vm1', '--host', scratch, '--flavor', flavor], 2, /capture/);
  });

  it('the sample domain translates: these refusals are about the input, not about the command', async () => {
    const ran = await virtQuota(['translate', '--flavor', flavor, '--domain', sampleDomain]);
    expect(ran.exitCode).toBe(0);
    expect(ran.stdout).toContain('<shares>512</shares>');
  });
});

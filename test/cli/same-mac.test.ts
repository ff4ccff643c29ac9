import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readDomain } from '../../src/domain/read-domain.ts';
import { virtQuota } from './run.ts';

const here = join(import.meta.dirname, 'same-mac');
const limits = [
  '--property',
  'quota:vif_inbound_average=1000',
  '--property',
  'quota:vif_outbound_average=2000',
];
const translate = (file: string, format: string) =>
  virtQuota(['translate', ...limits, '--domain', join(here, file), '-f', format]);
const both = { 'inbound.average': 1000, 'outbound.average': 2000 };

describe('a domain with one MAC on two bridges', () => {
  it('gets the bandwidth once in each interface', async () => {
    const { exitCode, stdout } = await translate('two-bridges.xml', 'xml');
    expect(exitCode).toBe(0);
    expect(stdout.match(/<bandwidth>/g)).toHaveLength(2);
    expect(readDomain(stdout).interfaces.map(one => one.bandwidth)).toEqual([both, both]);
  });

  it('is set live by the names of its taps', async () => {
    const { stdout } = await translate('two-bridges.xml', 'virsh');
    expect(stdout).toBe(
      'virsh domiftune twins vnet0 --inbound 1000 --outbound 2000\n' +
        'virsh domiftune twins vnet1 --inbound 1000 --outbound 2000\n',
    );
  });

  it('has no virsh command for an interface whose tap is not known: it is refused, with what to take', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'vq-same-mac-'));
    const file = join(folder, 'nameless.xml');
    const text = readFileSync(join(here, 'two-bridges.xml'), 'utf8');
    writeFileSync(file, text.replaceAll(/<target dev='vnet\d'\/>/g, ''));
    const ran = await virtQuota(['translate', ...limits, '--domain', file, '-f', 'virsh']);
    rmSync(folder, { recursive: true });
    expect(ran.exitCode).toBe(2);
    expect(ran.stdout).toBe('');
    expect(ran.stderr).toContain('virsh has no name for interface 52:54:00:aa:bb:cc@#2');
    expect(ran.stderr).toContain('take -f xml');
  });
});

describe('a tap teamed with a network card of the host', () => {
  it('has the bandwidth, and the card none', async () => {
    const { exitCode, stdout, stderr } = await translate('teaming.xml', 'xml');
    expect(exitCode).toBe(0);
    expect(readDomain(stdout).interfaces.map(one => one.bandwidth)).toEqual([both, {}]);
    expect(stderr).toContain('interface 52:54:00:aa:bb:cc@#2 cannot be enforced');
  });

  it('is set live by its MAC, since it is the first that has it', async () => {
    const { stdout } = await translate('teaming.xml', 'virsh');
    expect(stdout).toBe('virsh domiftune failover 52:54:00:aa:bb:cc --inbound 1000 --outbound 2000\n');
  });
});

// Two ports of Open vSwitch in a captured host of Nova's; the second has lost its limits there.
describe('a captured host on which the second interface with a MAC is not limited', () => {
  const failing = /^ {2}fail interface (\S+): (.*)$/gm;
  const audit = async (folder: string) => {
    const { exitCode, stdout } = await virtQuota(['audit', '--host', folder]);
    const found = [...stdout.matchAll(failing)].map(([, name, knob]) => `${name} ${knob}`);
    return { exitCode, stdout, found };
  };

  it('fails as it does with two MACs', async () => {
    const { exitCode, stdout, found } = await audit(join(here, 'host'));
    const second = 'fa:16:3e:87:f8:ad@tap28a22811-3c';
    expect(found).toEqual([
      `${second} ovs tap28a22811-3c qos`,
      `${second} ovs tap28a22811-3c ingress_policing_rate`,
      `${second} ovs tap28a22811-3c ingress_policing_burst`,
    ]);
    expect(stdout).toContain('repair     virsh domiftune instance-000000e1 tap28a22811-3c ');
    expect(exitCode).toBe(1);
    const other = withTwoMacs();
    const apart = await audit(other);
    rmSync(other, { recursive: true });
    expect(apart.found).toEqual(found.map(one => one.replace(second, 'fa:16:3e:28:a2:28')));
    expect(apart.exitCode).toBe(1);
  });

  it('says of each interface what limits it', async () => {
    const { stdout } = await virtQuota(['effective', 'instance-000000e1', '--host', join(here, 'host')]);
    // The capture is of a version that read less than is on the way: which device each is about is what counts here.
    const about = /^interface (\S+)\n {2}inbound +unknown: tc (\S+) qdisc: /gm;
    expect([...stdout.matchAll(about)].map(([, name, dev]) => `${name} ${dev}`)).toEqual([
      'fa:16:3e:87:f8:ad@tap87f8ad7a-5d tap87f8ad7a-5d',
      'fa:16:3e:87:f8:ad@tap28a22811-3c tap28a22811-3c',
      'fa:16:3e:5f:64:d8 tap5f64d83e-14',
    ]);
  });
});

/** The same host, where the second interface has a MAC of its own. */
function withTwoMacs(): string {
  const folder = mkdtempSync(join(tmpdir(), 'vq-two-macs-'));
  cpSync(join(here, 'host'), folder, { recursive: true });
  for (const name of readdirSync(join(folder, 'libvirt')).filter(one => one.endsWith('.xml'))) {
    const file = join(folder, 'libvirt', name);
    const [first = '', second = '', ...rest] = readFileSync(file, 'utf8').split(
      "<mac address='fa:16:3e:87:f8:ad'/>",
    );
    writeFileSync(
      file,
      [`${first}<mac address='fa:16:3e:87:f8:ad'/>${second}`, ...rest].join(
        "<mac address='fa:16:3e:28:a2:28'/>",
      ),
    );
  }
  return folder;
}

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { virtQuota } from './run.ts';

const flavor = join(import.meta.dirname, '../../samples/flavors/m1.resquota.json');

describe('explain', () => {
  it('follows one limit, with arithmetic, source and a command for each knob', async () => {
    const ran = await virtQuota(['explain', 'quota:vif_inbound_average=32768', '--iproute2', '6.1']);
    expect(ran.exitCode).toBe(0);
    expect(ran.stderr).toBe('');
    expect(ran.stdout).toContain(
      [
        'quota:vif_inbound_average = 32768 kB/s, 262.144 Mbit/s',
        '  nova     <bandwidth><inbound average="32768"/></bandwidth>',
        '           $ virsh dumpxml DOMAIN  # nova/virt/libvirt/designer.py:set_vif_bandwidth_config',
        '  libvirt  inbound.average = 32768 kB/s  (unsigned 32 bit)',
        '           $ virsh domiftune DOMAIN MAC',
        '             # libvirt src/qemu/qemu_driver.c:qemuDomainSetInterfaceParameters',
      ].join('\n'),
    );
    expect(ran.stdout).toContain(
      [
        '  interface with a tap (bridge, network, ethernet)',
        '    tc       class htb 1:1 rate 262144Kbit ceil 262144Kbit',
        '               32768 kB/s × 1000 = 32768000 B/s, printed 262144Kbit',
        '             class htb 1:1 burst 1572b',
        '               by default 1600 B',
        '               ÷ 32768000 B/s = 750 ticks of 64 ns, read back as 1572 B, printed 1572b',
        '             $ tc class show dev TAP  # libvirt src/util/virnetdevbandwidth.c:virNetDevBandwidthSet',
      ].join('\n'),
    );
  });

  it('follows a whole flavor, or some of its keys, and fits a screen of 100 columns but for commands', async () => {
    const all = await virtQuota(['explain', '--flavor', flavor]);
    expect(all.stdout.match(/^quota:\S+ = /gm)).toHaveLength(11);
    const lines = all.stdout.split('\n').filter(line => !/^ +(\$|#) /.test(line));
    expect(Math.max(...lines.map(line => line.length))).toBeLessThanOrEqual(100);
    const two = await virtQuota(['explain', '--flavor', flavor, 'cpu_shares', 'quota:cpu_quota']);
    expect(two.stdout.match(/^quota:\S+ = /gm)).toEqual(['quota:cpu_shares = ', 'quota:cpu_quota = ']);
  });

  it('prints what the README shows', async () => {
    const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');
    const [, args = '', shown = ''] = /^\$ virt-quota (explain [^\n]+)\n(.*?)^```/ms.exec(readme) ?? [];
    const { stdout } = await virtQuota(args.split(' '));
    const pieces = shown.split(/^ *…\n/m).filter(piece => piece !== '');
    expect(pieces).toHaveLength(2);
    for (const piece of pieces) expect(stdout).toContain(piece);
  });

  it('says who refuses what, and exits with 2', async () => {
    const ran = await virtQuota(['explain', 'quota:cpu_period=999']);
    expect(ran.exitCode).toBe(2);
    expect(ran.stdout).toMatch(/^ {2}error: quota:cpu_period is 999, must be in 1000–1000000 µs/m);
    expect(ran.stdout).toContain('  refused by libvirt when the domain is defined');
  });

  it('is the same value as JSON', async () => {
    const ran = await virtQuota(['explain', 'quota:disk_read_bytes_sec=1048576', '-f', 'json']);
    const explanation = JSON.parse(ran.stdout);
    expect(explanation).toMatchObject({ schemaVersion: 1, kind: 'explain', keys: [{ value: '1048576' }] });
    expect(explanation.keys[0].steps.at(-1)).toMatchObject({
      layer: 'qemu',
      knob: 'bps_rd',
      value: 1_048_576,
    });
  });

  it.each([
    ['0', []],
    ['1', []],
    ['1', ['--cgroup', '1']],
    ['1', ['--cgroup', '2', '--libvirt', '9.0.0']],
    ['1', ['--cgroup', '2', '--libvirt', '11.3.0']],
    ['10001', ['--cgroup', '2']],
    ['20000', ['--cgroup', '1']],
    ['262145', ['--cgroup', '2']],
  ])('says of shares of %s on %j what a translation says', async (shares, host) => {
    const property = `quota:cpu_shares=${shares}`;
    const [explain, translate] = await Promise.all([
      virtQuota(['explain', property, ...host]),
      virtQuota(['translate', '--property', property, ...host]),
    ]);
    const said = (text: string) => text.match(/(?:error|warning): quota:cpu_shares .*$/gm) ?? [];
    expect(said(explain.stdout)).toEqual(said(translate.stderr));
    expect(explain.exitCode).toBe(translate.exitCode);
  });

  it('refuses a key that the flavor does not have, and versions that are none', async () => {
    const none = await virtQuota(['explain', '--flavor', flavor, 'cpu_limit']);
    expect(none).toMatchObject({ exitCode: 2, stdout: '' });
    expect(none.stderr).toContain("the flavor has no 'cpu_limit'");
    expect((await virtQuota(['explain', 'quota:cpu_shares=5', '--cgroup', '3'])).exitCode).toBe(2);
    expect((await virtQuota(['explain', 'quota:cpu_shares=5', '--iproute2', 'new'])).exitCode).toBe(2);
    expect((await virtQuota(['explain'])).exitCode).toBe(2);
  });
});

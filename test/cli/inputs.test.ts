import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PrivateLibvirtd, startPrivateLibvirtd } from '../libvirtd.ts';
import { virtQuota } from './run.ts';

const samples = join(import.meta.dirname, '../../samples');
const flavors = join(samples, 'flavors');
const gold = join(samples, 'volumes/gold.openstack.json');
const domainFile = join(samples, 'domains/instance-00000043-volumes.xml');
const serial = 'd90f3b2e-7c44-4e0a-8f2b-1a6c5e9d4b02';
const scratch = mkdtempSync(join(tmpdir(), 'virt-quota-inputs-'));
const file = (name: string, text: string) => {
  writeFileSync(join(scratch, name), text);
  return join(scratch, name);
};

afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const limits = /<cputune><shares>512<\/shares>.*\n<iotune>.*\n<bandwidth>/;

describe('a flavor', () => {
  it.each(['m1.resquota.openstack.yaml', 'm1.resquota.yaml', 'm1.resquota.shell', 'm1.resquota.pike.json'])(
    'in the form of %s',
    async name => {
      const ran = await virtQuota(['translate', '--flavor', join(flavors, name)]);
      expect([ran.stdout, ran.exitCode]).toEqual([expect.stringMatching(limits), 0]);
    },
  );

  it("in a domain's metadata, from a file or standard input", async () => {
    const from = await virtQuota(['translate', '--flavor', domainFile]);
    expect(from.stdout).toMatch(limits);
    const piped = await virtQuota(['translate', '--flavor', '-'], {
      input: readFileSync(domainFile, 'utf8'),
    });
    expect(piped.stdout).toBe(from.stdout);
    const into = await virtQuota(['translate', '--flavor-from-metadata', '--domain', domainFile]);
    expect(into.stdout).toContain('<shares>512</shares>');
  });

  it('in YAML on standard input', async () => {
    const ran = await virtQuota(['translate', '--flavor', '-'], { input: 'quota:cpu_shares: 7\n' });
    expect(ran.stdout).toBe('<cputune><shares>7</shares></cputune>\n');
  });

  it('given several times: later ones win, properties over all, and -v says what does not count', async () => {
    const one = file('one.yaml', 'quota:cpu_shares: 1000\nquota:cpu_quota: 2000\nquota:cpu_period: 10000\n');
    const two = file('two.json', '{"extra_specs": {"quota:cpu_shares": 1001, "quota:cpu_quota": 2001}}');
    const ran = await virtQuota([
      ...['translate', '-v', '--property', 'quota:cpu_shares=1002'],
      ...['--flavor', one, '--flavor', two],
    ]);
    expect(ran.stdout).toBe(
      '<cputune><shares>1002</shares><quota>2001</quota><period>10000</period></cputune>\n',
    );
    expect(ran.stderr.split('\n')).toEqual([
      `info: quota:cpu_shares is '1000' in '${one}', which does not count: '${two}' wins`,
      `info: quota:cpu_quota is '2000' in '${one}', which does not count: '${two}' wins`,
      `info: quota:cpu_shares is '1001' in '${two}', which does not count: --property wins`,
      '',
    ]);
  });

  it('with several mistakes: all are reported at once, each with what to do', async () => {
    const input =
      'quota:cpu_period: 0x10\nquota:cpu_quota: 5\nquota:disk_read_iops_sec: [1]\nquota:cpu_share: 5\n';
    const ran = await virtQuota(['translate', '--flavor', '-'], { input });
    expect(ran.exitCode).toBe(2);
    expect(ran.stdout).toBe('');
    expect(ran.stderr).toMatch(/error: quota:cpu_period is '0x10', which is not a whole number\n {2}hint: /);
    expect(ran.stderr).toMatch(/error: quota:cpu_quota is 5, must be in 1000–17592186044415/);
    expect(ran.stderr).toMatch(/error: quota:disk_read_iops_sec is a list/);
    expect(ran.stderr).toMatch(/warning: quota:cpu_share is unknown/);
    expect(ran.stderr).toMatch(/3 errors in/);
  });

  it('and something else cannot both be standard input', async () => {
    for (const also of [
      ['--domain', '-'],
      ['--flavor', '-'],
      ['--volume', 'vda=-'],
    ]) {
      const ran = await virtQuota(['translate', '--flavor', '-', ...also], { input: 'a=b' });
      expect([ran.exitCode, ran.stderr]).toEqual([2, expect.stringContaining('only one input')]);
    }
  });

  it('that is a QoS of Cinder, or none at all, is refused', async () => {
    const ran = await virtQuota(['translate', '--flavor', '-'], { input: '{"foo": 1}' });
    expect([ran.exitCode, ran.stderr]).toEqual([2, expect.stringContaining("'standard input' is no flavor")]);
  });
});

describe('the host that is meant', () => {
  it.each([
    [['--cgroup', '2'], 2, /^error: quota:cpu_shares is 20000, must be in 2–10000 \(cgroup v2\)\n {2}hint: /],
    [['--cgroup', '1'], 0, /^$/],
    [[], 0, /^warning: quota:cpu_shares is 20000, must be in 2–10000 \(cgroup v2\)/],
  ])('%j decides whether a weight of 20000 is too large', async (options, exitCode, message) => {
    const ran = await virtQuota(['translate', '--property', 'quota:cpu_shares=20000', ...options]);
    expect([ran.exitCode, ran.stderr]).toEqual([exitCode, expect.stringMatching(message)]);
    expect(ran.stdout).toBe(exitCode === 0 ? '<cputune><shares>20000</shares></cputune>\n' : '');
  });

  it('has a libvirt that takes a weight of 1, or not', async () => {
    const on = (version: string) =>
      virtQuota([...'translate --property quota:cpu_shares=1 --cgroup 2 --libvirt'.split(' '), version]);
    expect((await on('9.0.0')).stderr).toMatch(/must be in 2–10000/);
    expect((await on('9.1')).exitCode).toBe(0);
    expect((await on('x')).stderr).toMatch(/'x' is not a libvirt version such as 9.0.0/);
  });

  it('has a tc that refuses a burst, or changes it', async () => {
    const asked = [
      '--property',
      'quota:vif_inbound_average=1',
      '--property',
      'quota:vif_inbound_burst=2004420',
    ];
    const on = (...options: readonly string[]) => virtQuota(['translate', ...asked, ...options]);
    const old = await on('--iproute2', '6.15');
    expect([old.exitCode, old.stderr]).toEqual([0, expect.stringMatching(/^warning: [^\n]+\n(?!error)/)]);
    const refused = await on('--iproute2', '7.2.0');
    expect([refused.exitCode, refused.stdout]).toEqual([2, '']);
    expect(refused.stderr).toContain(
      'error: quota:vif_inbound_burst is 2004420, must not be above 268 KiB: tc of iproute2 7.2 refuses more, and the domain does not start',
    );
    expect((await on('--iproute2', 'new')).stderr).toContain('must be a version such as 6.1');
  });

  it('has a kind of port that Nova leaves without limits', async () => {
    const ran = await virtQuota([
      ...['translate', '--property', 'quota:vif_inbound_average=5', '--vif-type', 'vhostuser'],
    ]);
    expect([ran.exitCode, ran.stdout]).toEqual([0, '']);
    expect(ran.stderr).toMatch(/warning: quota:vif_inbound_average is dropped.*'vhostuser'/);
  });
});

describe('the QoS of volumes', () => {
  it('is a fragment of its own without a domain', async () => {
    const ran = await virtQuota(['translate', '--volume-qos', gold, '--volume-size', '100']);
    expect(ran.stdout).toBe(
      '<!-- volumes -->\n<iotune><read_bytes_sec>200000000</read_bytes_sec><read_iops_sec>3000</read_iops_sec>' +
        '<read_bytes_sec_max>400000000</read_bytes_sec_max><size_iops_sec>16384</size_iops_sec></iotune>\n',
    );
    const json = await virtQuota(['translate', '--volume', `vda=${gold},size=10`, '-f', 'json']);
    expect(JSON.parse(json.stdout).volumes).toEqual([
      { volume: 'volume vda', iotune: expect.stringContaining('<read_iops_sec>500</read_iops_sec>') },
    ]);
  });

  it("lands on its volume only, beside the flavor's limits of the other disks", async () => {
    const ran = await virtQuota(
      [
        ...['translate', '--domain', domainFile, '-f', 'virsh', '--property', 'quota:disk_read_iops_sec=5'],
        ...['--volume', `vda=${gold},size=100`, '--volume', 'd90f3b2e7c444e0a8f2b1a6c5e9d4b02=-'],
        '--volume-extras',
      ],
      { input: 'consumer: both\ntotal_iops_sec: 7\ngroup_name: silver\n' },
    );
    expect(ran.stderr).toBe('');
    expect(ran.stdout.split('\n')).toEqual([
      'virsh blkdeviotune instance-00000043 vda --read-bytes-sec 200000000 --read-iops-sec 3000 --read-bytes-sec-max 400000000 --size-iops-sec 16384',
      'virsh blkdeviotune instance-00000043 vdb --read-iops-sec 5',
      'virsh blkdeviotune instance-00000043 vdc --total-iops-sec 7 --group-name silver',
      'virsh blkdeviotune instance-00000043 sda --read-iops-sec 5',
      '',
    ]);
  });

  it.each([
    [
      ['--volume', `vda=${gold}`],
      /error: volume vda\/read_iops_sec_per_gb is '30' per GiB, and the volume's size/,
    ],
    [
      ['--volume', `vdz=${gold},size=1`],
      /error: volume vdz is no disk of this domain.*\n {2}hint: .*domblklist/,
    ],
    [['--volume', 'vda'], /volume 'vda' is not DISK=FILE/],
    [['--volume-qos', gold, '--volume-size', 'big'], /has size 'big'/],
    [['--volume-qos', '-'], /error: volumes\/read_iops_sec_max needs read_iops_sec/],
    [['--volume-qos', flavors], /is a folder/],
  ])('that cannot be had is refused with the reason: %j', async (options, message) => {
    const input = 'consumer=front-end\nread_iops_sec_max=5\n';
    const ran = await virtQuota(['translate', '--domain', domainFile, ...options], { input });
    expect([ran.exitCode, ran.stdout]).toEqual([2, '']);
    expect(ran.stderr).toMatch(message);
  });

  it('for the storage back end is no limit here', async () => {
    const ran = await virtQuota(['translate', '-v', '--volume', `vda=${gold},consumer=back-end`]);
    expect([ran.exitCode, ran.stdout]).toEqual([0, '']);
    expect(ran.stderr).toMatch(/info: volume vda\/read_bytes_sec is enforced by the storage back end/);
  });
});

describe('on a hypervisor', () => {
  let daemon: PrivateLibvirtd;
  let on: readonly string[];

  beforeAll(async () => {
    daemon = await startPrivateLibvirtd();
    const domain = readFileSync(domainFile, 'utf8').replace("type='kvm'", "type='test'");
    daemon.addHost('volumes', `<node>${domain}</node>`);
    on = ['instance-00000043', '-c', daemon.uri('volumes')];
  });

  afterAll(() => daemon.stop());

  it("plans the flavor of the domain's own metadata, and volumes by target and serial", async () => {
    const ran = await virtQuota([
      ...['plan', ...on, '--config', '-f', 'json', '--flavor-from-metadata'],
      ...['--property', 'quota:cpu_shares=600', '--volume', `vda=${gold},size=100`],
    ]);
    expect(ran.exitCode).toBe(0);
    const { steps } = JSON.parse(ran.stdout);
    const changes = steps.flatMap(
      (step: { device: { target?: string; kind: string }; changes: readonly Record<string, unknown>[] }) =>
        step.changes.map(
          one => `${step.device.target ?? step.device.kind} ${one.parameter}=${one.after} ${one.because}`,
        ),
    );
    expect(changes).toEqual(
      expect.arrayContaining([
        'cpu cpu_shares=600 quota:cpu_shares',
        'cpu vcpu_quota=50000 quota:cpu_quota',
        'vda read_iops_sec=3000 qos_specs:read_iops_sec_per_gb',
        'vda size_iops_sec=16384 qos_specs:size_iops_sec',
        'vdb read_bytes_sec=1000000 quota:disk_read_bytes_sec',
        'sda read_bytes_sec=1000000 quota:disk_read_bytes_sec',
      ]),
    );
    expect(changes.filter((one: string) => one.startsWith('vdc'))).toEqual([]);
  });

  it('applies them to the persistent definition, where they are verified', async () => {
    const wanted = ['--config', '--volume', `vdc=${gold},size=100`, '--volume-extras'];
    const applied = await virtQuota(['apply', ...on, ...wanted, '-f', 'json']);
    expect(JSON.parse(applied.stdout).outcome).toBe('applied');
    // Every connection to the test driver has a host of its own, which knows nothing of that.
    const verified = await virtQuota(['verify', ...on, ...wanted]);
    expect(verified.exitCode).toBe(1);
    expect(verified.stdout).toMatch(/fail .*disk vdc +read_iops_sec/);
  });

  it('takes volumes from a file of assignments, in line or beside it', async () => {
    const qos = { consumer: 'both', specs: { total_iops_sec_per_gb: '3' } };
    file('gold.yaml', readFileSync(join(samples, 'volumes/gold.openstack.yaml'), 'utf8'));
    const line = {
      domain: 'instance-00000043',
      flavor: domainFile,
      volumes: { vda: { qos: 'gold.yaml', size_gb: 100 }, [`serial:${serial}`]: { qos, size_gb: 7 } },
    };
    const from = file('assignments.jsonl', `${JSON.stringify(line)}\n`);
    const [, ...connect] = on;
    const ran = await virtQuota(['apply', ...connect, '--from', from, '--config', '--dry-run', '-f', 'json']);
    const [{ plan }] = JSON.parse(ran.stdout).domains;
    const after = plan.steps.map((step: { device: { target?: string }; after: object }) => [
      step.device.target,
      step.after,
    ]);
    expect(after).toEqual(
      expect.arrayContaining([
        ['vda', expect.objectContaining({ read_iops_sec: 3000 })],
        ['vdb', expect.objectContaining({ read_bytes_sec: 1_000_000 })],
        ['vdc', { total_iops_sec: 21 }],
      ]),
    );
    expect(ran.exitCode).toBe(0);
  });

  it('refuses a volume that the domain does not have, and touches nothing', async () => {
    const ran = await virtQuota(['apply', ...on, '--config', '--volume', `vdz=${gold},size=1`, '-f', 'json']);
    expect(ran.exitCode).toBe(2);
    expect(JSON.parse(ran.stdout)).toMatchObject({ outcome: 'refused', steps: [] });
    expect(ran.stderr).toMatch(/error: volume vdz is no disk of this domain/);
  });

  it('says which domain has no flavor in its metadata', async () => {
    const ran = await virtQuota(['verify', 'test', '-c', daemon.uri('default'), '--flavor-from-metadata']);
    expect([ran.exitCode, ran.stderr]).toEqual([2, expect.stringContaining("no flavor of Nova's")]);
  });
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { virtQuota } from './run.ts';

const top = join(import.meta.dirname, '../..');
const input = (name: string) => join(top, 'test/intent/forms/inputs', name);
const host = ['--host', join(top, 'samples/hosts/trixie')];
const domain = 'instance-00000041';
const scratch = mkdtempSync(join(tmpdir(), 'virt-quota-forms-'));
const file = (name: string, text: string) => {
  writeFileSync(join(scratch, name), text);
  return join(scratch, name);
};
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const silent = '{"extra_specs": {"quota:cpu_share": "512"}}';

describe('what proves nothing', () => {
  const refused = [
    [input('10-nova-api-before-2.61.json'), /has flavor 'm1.demo' without its extra specs/],
    [
      file('near.json', silent),
      /none of the keys that ask for a limit is known \('quota:cpu_share'\)|nobody reads key 'quota:cpu_share'/,
    ],
    [file('nothing.txt', 'speed=fast\n'), /is no flavor/],
    [
      file('page.txt', 'An article about quotas.\n'),
      /is in no form that is read: give what the client prints/,
    ],
  ] as const;

  it.each(refused)('is refused by every command that proves or writes something: %s', async (flavor, why) => {
    for (const command of [
      ['verify', domain, ...host],
      ['audit', ...host],
      ['plan', domain, '-c', 'test:///default'],
      ['apply', domain, '--prune', '-c', 'test:///default'],
    ]) {
      const ran = await virtQuota([...command, '--flavor', flavor]);
      expect([command[0], ran.exitCode, ran.stdout]).toEqual([command[0], 2, '']);
      expect(ran.stderr).toMatch(why);
      expect(ran.stderr).not.toContain('--prune');
    }
  });

  it('is refused as an assignment, with its line', async () => {
    const from = file('all.jsonl', `{"domain": "${domain}", "flavor": ${silent}}\n`);
    const ran = await virtQuota(['audit', ...host, '--from', from]);
    expect([ran.exitCode, ran.stdout]).toEqual([2, '']);
    expect(ran.stderr).toMatch(/all\.jsonl:1: none of the keys that ask for a limit is known/);
  });

  it('is what a flavor without any extra specs is not', async () => {
    const ran = await virtQuota([
      'verify',
      domain,
      ...host,
      '--flavor',
      file('none.json', '{"extra_specs": {}}'),
    ]);
    expect(ran.exitCode).toBe(0);
  });
});

describe('a flavor in the forms that people have', () => {
  it.each([
    ['01b-flavor-show-table-with-prompt.txt', '<shares>512</shares>'],
    ['02-flavor-set-lines.txt', '<write_bytes_sec>10240000</write_bytes_sec>'],
    ['05-properties-value.txt', '<read_bytes_sec>1000000</read_bytes_sec>'],
    ['08-server-show.json', '<total_iops_sec>500</total_iops_sec>'],
    ['09-terraform-extra-specs.txt', "<inbound average='2097152'/>"],
  ])('is translated: %s', async (name, xml) => {
    const ran = await virtQuota(['translate', '--flavor', input(name)]);
    expect([ran.stdout.replaceAll('"', "'"), ran.exitCode]).toEqual([expect.stringContaining(xml), 0]);
  });

  it('is told what of it does not count', async () => {
    const text =
      'openstack flavor set m1 --property quota:cpu_shares=1 --property quota:cpu_shares=512 --property quota:cpu_quota=5000\nopenstack flavor unset m1 --property quota:cpu_quota\nopenstack server list\n';
    const ran = await virtQuota(['translate', '-v', '--flavor', '-'], { input: text });
    expect(ran.stdout).toBe('<cputune><shares>512</shares></cputune>\n');
    expect(ran.stderr.split('\n')).toEqual([
      "warning: quota:cpu_shares is given twice: the last one counts, not '1'",
      'warning: quota:cpu_quota is taken away at line 2 (openstack flavor unset): it counts as not asked for',
      "info: line 3 is passed over: 'openstack server list' says nothing of limits",
      '',
    ]);
  });
});

describe('a QoS and a policy in the forms that people have', () => {
  it('are translated', async () => {
    const qos = ['translate', '--volume-qos', input('06-volume-qos-show-table.txt')];
    expect((await virtQuota(qos)).stdout).toContain(
      '<iotune><read_iops_sec>500</read_iops_sec><write_iops_sec>500</write_iops_sec></iotune>',
    );
    const port = ['port', 'translate', '--port', '205081e1-ad00-4000-8000-000000000001'];
    const ran = await virtQuota([...port, '--policy', input('07-network-qos-rule-table.txt')]);
    expect([ran.exitCode, ran.stdout]).toEqual([
      0,
      expect.stringMatching(/ingress_policing_rate +3000 kbit/),
    ]);
  });
});

describe('a catalogue', () => {
  const catalogue = (name: string, specs: string) =>
    file(
      'catalogue.json',
      `[{"ID": "9", "Name": "${name}", "RAM": 512, "VCPUs": 1, "Properties": ${specs}}]`,
    );

  it("is what openstack flavor list --long prints, by the name in Nova's metadata", async () => {
    const flavors = catalogue('m1.resquota', '{"quota:cpu_shares": "512"}');
    const ran = await virtQuota(['audit', ...host, '--flavors', flavors]);
    expect([ran.stdout, ran.stderr]).toEqual([
      expect.stringContaining('(flavor of the catalogue m1.resquota)'),
      '',
    ]);
  });

  it('that lacks the flavor of a domain is told so, and from what the domain is audited instead', async () => {
    const ran = await virtQuota(['audit', ...host, '--flavors', catalogue('other', '{}')]);
    expect(ran.stderr).toBe(
      "warning: flavor 'm1.resquota' is not in the catalogue: what its domains shall have is taken from libvirt's own definition\n",
    );
  });

  it('whose flavor proves nothing does not count, and that is told', async () => {
    const ran = await virtQuota([
      'audit',
      ...host,
      '--flavors',
      catalogue('m1.resquota', '{"quota:cpu_share": "5"}'),
    ]);
    expect(ran.stderr).toMatch(
      /^error: catalogue m1.resquota asks for limits by keys that nobody knows \('quota:cpu_share'\): it proves nothing and does not count\n/,
    );
    expect(ran.stdout).toContain("(libvirt's own definition)");
    expect(ran.stdout).not.toContain('--prune');
  });
});

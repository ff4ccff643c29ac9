import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { virtQuota } from '../cli/run.ts';
import { type PrivateLibvirtd, startPrivateLibvirtd } from '../libvirtd.ts';
import { problems } from './validator.ts';

const samples = join(import.meta.dirname, '../../samples');
const captured = join(import.meta.dirname, '../workflow/captured');
const flavor = ['--flavor', join(samples, 'flavors/m1.resquota.json')];
let daemon: PrivateLibvirtd;

beforeAll(async () => {
  daemon = await startPrivateLibvirtd();
});

afterAll(async () => daemon.stop());

async function json(...args: readonly string[]): Promise<Record<string, unknown>> {
  return JSON.parse((await virtQuota([...args, '-f', 'json'])).stdout);
}

describe('what the commands print is what the schemas say', () => {
  it('plan and its findings, and nothing that is not a plan', async () => {
    const plan = await json('plan', 'test', '-c', daemon.uri('default'), ...flavor);
    expect(plan.steps).not.toEqual([]);
    expect(problems('plan', plan)).toEqual([]);
    expect(problems('diagnostics', plan.diagnostics)).toEqual([]);
    expect(problems('plan', { ...plan, schemaVersion: 2 })).not.toEqual([]);
    expect(problems('plan', { ...plan, more: true })).not.toEqual([]);
    expect(problems('plan', { ...plan, steps: [{ scope: 'live' }] })).not.toEqual([]);
    expect(problems('diagnostics', [{ code: 'Nonsense', severity: 'error', path: 'x' }])).not.toEqual([]);
  });

  it('verify and apply on a running domain', async () => {
    const on = ['test', '-c', daemon.uri('default'), ...flavor];
    expect(problems('report', await json('verify', ...on))).toEqual([]);
    const applied = await json('apply', ...on);
    expect(problems('apply', applied)).toEqual([]);
    expect(problems('apply', { ...applied, outcome: 'perhaps' })).not.toEqual([]);
  });

  it.each(readdirSync(captured))('verify of the captured host %s', async host => {
    const [file = ''] = readdirSync(join(captured, host, 'libvirt')).filter(name =>
      name.endsWith('.config.xml'),
    );
    const report = await json(
      'verify',
      file.replace('.config.xml', ''),
      '--host',
      join(captured, host),
      ...flavor,
    );
    expect(report.verdicts).not.toEqual([]);
    expect(problems('report', report)).toEqual([]);
    expect(problems('report', { ...report, summary: { pass: -1 } })).not.toEqual([]);
  });
});

describe('what is beside Nova', () => {
  it('translations of flavors, volumes and domains', async () => {
    const alone = await json('translate', ...flavor);
    expect(problems('translation', alone)).toEqual([]);
    expect(problems('translation', { ...alone, more: 1 })).not.toEqual([]);
    const gold = join(samples, 'volumes/gold.openstack.json');
    const own = ['--options', join(samples, 'options/burst.options')];
    const volumes = await json('translate', ...flavor, ...own, '--volume', `vda=${gold},size=100`);
    expect(problems('translation', volumes)).toEqual([]);
    const domain = join(samples, 'domains/instance-00000041.xml');
    const into = await json('translate', ...flavor, '--domain', domain);
    expect(problems('translation', into)).toEqual([]);
    expect(problems('translation', { ...into, tuning: [{}] })).not.toEqual([]);
  });

  it.each(['gold', 'guaranteed'])('policies of ports: %s', async name => {
    const port = ['--port', '205081e1-ad00-4000-8000-000000000001', '--backend', 'all'];
    const file = join(samples, `port-qos/${name}.policy.json`);
    const facts = ['--ofport', '7', '--vlan', '5', '--mac', 'fa:16:3e:20:50:81', '--vf', 'eth2:3'];
    const uplink = ['--physical', '--physical-bridge', 'br-ex', '--uplink', 'eth1'];
    const all = await json('port', 'translate', '--policy', file, ...port, ...facts, ...uplink);
    expect(problems('port-translation', all)).toEqual([]);
    expect(problems('port-translation', { ...all, source: 'nobody' })).not.toEqual([]);
    const none = await json(
      ...['port', 'translate', '--network-policy', file, ...port, '--device-owner', 'network:dhcp'],
    );
    expect(problems('port-translation', none)).toEqual([]);
  });

  it('the catalogue of keys', async () => {
    const keys = await json('keys');
    expect(problems('keys', keys)).toEqual([]);
    expect(problems('keys', { ...keys, keys: [{ key: 'quota:cpu_shares' }] })).not.toEqual([]);
  });

  it('profiles and markings', async () => {
    const profile = await json('profile', 'show', join(samples, 'profiles/uplink.yaml'));
    expect(problems('profile', profile)).toEqual([]);
    expect(problems('profile', { ...profile, more: 1 })).not.toEqual([]);
    const marking = await json(
      'dscp',
      '--mark',
      'EF',
      '--to',
      '198.51.100.0/24',
      '--protocol',
      'udp',
      '--ports',
      '53',
    );
    expect(problems('dscp', marking)).toEqual([]);
    expect(problems('dscp', { ...marking, targets: [{}] })).not.toEqual([]);
  });
});

describe('audits', () => {
  it.each(readdirSync(captured))('of the captured host %s', async host => {
    const on = ['audit', '--host', join(captured, host)];
    const document = await json(...on, ...flavor);
    expect(problems('audit', document)).toEqual([]);
    expect(document).toMatchObject({ host: { driver: 'QEMU' }, at: expect.stringMatching(/^\d{4}-.*Z$/) });
    expect(problems('audit', { ...document, summary: {} })).not.toEqual([]);
    const { stdout } = await virtQuota([...on, '-f', 'jsonl']);
    const lines = stdout.trim().split('\n');
    expect(lines.flatMap(line => problems('audit', JSON.parse(line)))).toEqual([]);
    expect(problems('audit', { ...JSON.parse(lines[0] ?? ''), usage: [{}] })).not.toEqual([]);
  });

  it('of a running hypervisor, with counters that are read twice', async () => {
    const begin = performance.now();
    const document = await json('audit', '-c', daemon.uri('default'), '--interval', '1s');
    expect(performance.now() - begin).toBeGreaterThan(1000);
    expect(problems('audit', document)).toEqual([]);
    expect(document).toMatchObject({
      host: { driver: 'TEST' },
      domains: [{ domain: { name: 'test', state: 'running', persistent: true }, usage: [] }],
    });
  });

  it('of domains of which nothing could be said', async () => {
    const error = { code: 'refused', message: 'no' };
    const line = { schemaVersion: 1, kind: 'domain-audit', domain: { name: 'a', uuid: 'b' } };
    expect(problems('audit', { ...line, outcome: 'inconclusive', error })).toEqual([]);
    expect(problems('audit', { ...line, outcome: 'pass', error })).not.toEqual([]);
  });
});

describe('translations', () => {
  const specs = { 'quota:cpu_shares': '512', 'quota:nonsense': '1', 'quota:cpu_period': '999' };

  it('name their findings as the schema says', async () => {
    const properties = ['quota:vif_inbound_burst=5', 'quota:cpu_limit=3'].flatMap(one => ['--property', one]);
    const { diagnostics } = await json('translate', ...properties);
    expect(diagnostics).toHaveLength(2);
    expect(problems('diagnostics', diagnostics)).toEqual([]);
  });

  it('of many lines take and give what the schemas say', async () => {
    const qos = { qos_specs: { total_iops_sec_per_gb: '5' }, volume_size_gb: 100, consumer: 'both' };
    const requests = [
      { id: 1, extra_specs: specs, vcpus: 2 },
      { id: 'b', extra_specs: {}, ...qos },
    ];
    for (const request of requests) expect(problems('bulk-request', request)).toEqual([]);
    expect(problems('bulk-request', { extra_specs: {} })).not.toEqual([]);
    const input = [...requests.map(one => JSON.stringify(one)), 'no line'].join('\n');
    const { stdout } = await virtQuota(['translate', '--jsonl'], { input });
    const results = stdout
      .trim()
      .split('\n')
      .map(line => JSON.parse(line));
    expect(results.map(result => result.id)).toEqual([1, 'b', null]);
    for (const result of results) expect(problems('bulk-result', result)).toEqual([]);
    expect(problems('bulk-result', { ...results[0], cputune: 5 })).not.toEqual([]);
  });
});

describe('schema', () => {
  it('prints what is in the file, and the names without one', async () => {
    const names = (await virtQuota(['schema'])).stdout
      .trim()
      .split('\n')
      .map(line => line.split(' ')[0]);
    const files = readdirSync(join(import.meta.dirname, '../../schemas'));
    expect(names.map(name => `${name}.schema.json`).sort()).toEqual(files.sort());
    const printed = JSON.parse((await virtQuota(['schema', 'plan'])).stdout);
    expect(printed).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      title: expect.any(String),
    });
  });

  it('refuses a name that there is not', async () => {
    const ran = await virtQuota(['schema', 'toString']);
    expect(ran).toMatchObject({ exitCode: 2, stdout: '' });
    expect(ran.stderr).toContain("no schema 'toString'");
  });
});

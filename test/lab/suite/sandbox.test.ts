import { afterAll, beforeAll, expect, test } from 'vitest';
import { limitedDevices } from '../detection/scene.ts';
import { type Domain, removeDomain, startDomain } from '../domains.ts';
import type { Hypervisor } from '../hypervisor.ts';
import { labHypervisor, releaseHypervisor } from '../start.ts';

// An audit that may do next to nothing sees what any other does.
const unit = 'virt-quota-audit.service';
const file = '/opt/virt-quota/samples/systemd/virt-quota-audit.service';
const folder = '/var/lib/prometheus/node-exporter';
let hypervisor: Hypervisor;
let domain: Domain;

beforeAll(async () => {
  hypervisor = await labHypervisor();
  domain = await startDomain(hypervisor, {
    name: 'instance-00000077',
    vcpus: 1,
    cputune: '<cputune><shares>512</shares><period>100000</period><quota>40000</quota></cputune>',
    ...limitedDevices,
  });
});

afterAll(async () => {
  await removeDomain(hypervisor, domain);
  await releaseHypervisor(hypervisor);
});

test('the sample unit is exposed to 2.0 at most, by the measure of systemd', async () => {
  const { stdout } = await hypervisor.run([
    'systemd-analyze',
    'security',
    '--offline=true',
    '--no-pager',
    file,
  ]);
  const [, exposure = ''] = /Overall exposure level for \S+: ([\d.]+)/.exec(stdout) ?? [];
  expect(Number(exposure)).toBeGreaterThan(0);
  expect(Number(exposure)).toBeLessThanOrEqual(2);
});

test('the sample unit finds what an audit finds that may do anything', async () => {
  await hypervisor.shell(`mkdir -p ${folder}; cp ${file} /run/systemd/system/; systemctl daemon-reload`);
  await hypervisor.shell(`systemctl start ${unit} || { systemctl status ${unit}; false; }`, {
    timeoutMs: 180_000,
  });
  const written = await hypervisor.shell(`cat ${folder}/virt-quota.prom`);
  const { stdout } = await hypervisor.run(['virt-quota', 'audit', '-f', 'prometheus']);
  const counts = (text: string) => text.split('\n').filter(line => !line.includes('timestamp'));
  expect(counts(written)).toEqual(counts(stdout));
  expect(written).toMatch(/^virt_quota_limits_inconclusive\{.*\} 0$/m);
  expect(written).toMatch(/^virt_quota_limits_failing\{.*\} 0$/m);
});

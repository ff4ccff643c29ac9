import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Domain, removeDomain, startDomain } from '../domains.ts';
import type { Hypervisor } from '../hypervisor.ts';
import { labHypervisor, releaseHypervisor } from '../start.ts';
import { virtQuota } from '../virt-quota.ts';

// A capture that is given away names nobody, and is judged as the host is.
const name = 'machine';
let hypervisor: Hypervisor;
let domain: Domain;

beforeAll(async () => {
  hypervisor = await labHypervisor();
  domain = await startDomain(hypervisor, { name, nics: [{ kind: 'bridge' }, { kind: 'ovs' }] });
  const [bridged] = domain.nics;
  await hypervisor.shell(
    `virsh --quiet domiftune ${name} ${bridged?.dev} --live --inbound 1000 --outbound 2000`,
  );
  await hypervisor.shell(`virsh --quiet schedinfo ${name} --live vcpu_quota=50000 >/dev/null`);
});

afterAll(async () => {
  await removeDomain(hypervisor, domain);
  await releaseHypervisor(hypervisor);
});

test('a redacted capture of a host whose domain is called like a word is judged as the plain one', async () => {
  const capture = (...options: readonly string[]) => virtQuota(hypervisor, 'capture', name, ...options);
  expect(await capture('--out', '/root/plain')).toMatchObject({ exitCode: 0 });
  expect(await capture('--redact', '--out', '/root/redacted')).toMatchObject({ exitCode: 0 });
  const audit = async (host: string) => {
    const { stdout } = await virtQuota(hypervisor, 'audit', '--host', host, '-f', 'json');
    const [found] = JSON.parse(stdout).domains;
    const findings = found.findings.map(
      ({ cause, layer }: { cause: string; layer: string }) => `${cause} ${layer}`,
    );
    const limits = found.limits.map(({ parameter, outcome }: { parameter: string; outcome: string }) => [
      parameter,
      outcome,
    ]);
    return { outcome: found.outcome, coverage: found.coverage, findings, limits };
  };
  const plain = await audit('/root/plain');
  expect(plain.limits.length).toBeGreaterThan(0);
  expect(await audit('/root/redacted')).toEqual(plain);
  const { macs, devs } = { macs: domain.nics.map(({ mac }) => mac), devs: domain.nics.map(({ dev }) => dev) };
  const secrets = [...macs, ...devs, domain.uuid, 'ovsbr0', '/var/lib/nova', `${name}.pid`];
  for (const secret of secrets) {
    const found = await hypervisor.shell(
      `grep -rlF -e '${secret}' /root/redacted || true; find /root/redacted -name '*${secret.replaceAll('/', '_')}*'`,
    );
    expect({ secret, found }).toEqual({ secret, found: '' });
  }
});

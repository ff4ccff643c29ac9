import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Domain, removeDomain, startDomain } from '../domains.ts';
import type { Hypervisor } from '../hypervisor.ts';
import { labHypervisor, releaseHypervisor } from '../start.ts';
import { virtQuota } from '../virt-quota.ts';

// The shape Nova makes since release 24: an Open vSwitch port that libvirt knows as a plain ethernet tap.
const name = 'instance-000000d1';
const bandwidth =
  '<bandwidth><inbound average="32768" peak="65536" burst="131072"/><outbound average="32768" peak="65536" burst="131072"/></bandwidth>';
const flavor = '/root/vif.properties';
let hypervisor: Hypervisor;
let domain: Domain;

beforeAll(async () => {
  hypervisor = await labHypervisor();
  domain = await startDomain(hypervisor, { name, nics: [{ kind: 'ethernet', bandwidth }] });
  const keys = ['inbound', 'outbound'].flatMap(direction =>
    Object.entries({ average: 32768, peak: 65536, burst: 131072 }).map(
      ([key, value]) => `quota:vif_${direction}_${key}=${value}\n`,
    ),
  );
  await hypervisor.writeFile(flavor, keys.join(''));
});

afterAll(async () => {
  await removeDomain(hypervisor, domain);
  await releaseHypervisor(hypervisor);
});

describe('an Open vSwitch tap of type ethernet whose limits stand in the definition', () => {
  const dev = () => domain.nics[0]?.dev ?? '';

  test('has lost its outbound policer although libvirt reports the limit', async () => {
    expect(await hypervisor.shell(`virsh domiftune ${name} ${dev()}`)).toMatch(/outbound.average *: 32768/);
    expect(await hypervisor.shell(`tc filter show dev ${dev()} parent ffff: 2>/dev/null || true`)).toBe('');
  });

  test('fails verification with exit 1, naming the missing police and nothing else, with the command that shows it', async () => {
    const { stdout, exitCode } = await virtQuota(hypervisor, 'verify', name, '--flavor', flavor);
    expect(exitCode).toBe(1);
    expect(stdout.match(/^(fail|inconclusive) /gm)).toEqual(['fail ']);
    expect(stdout).toMatch(
      new RegExp(`^fail .*outbound\\.average.* tc .*${dev()} police.* absent .*tc .*filter`, 'm'),
    );
    expect(stdout).toContain(`fail: tc: ${dev()} police is not there`);
  });

  test('is planned as something to set again', async () => {
    const { stdout } = await virtQuota(hypervisor, 'plan', name, '--flavor', flavor);
    expect(stdout).toContain(`outbound.average  32768 kB/s, not held by tc ${dev()} police`);
  });
});

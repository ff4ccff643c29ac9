import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Domain, removeDomain, startDomain } from '../domains.ts';
import { type FromOutside, fromOutside, quotaOf } from '../from-outside.ts';
import type { Hypervisor } from '../hypervisor.ts';
import { labHypervisor, releaseHypervisor } from '../start.ts';
import { flavorText } from '../virt-quota.ts';

// Inbound and outbound differ here, so that a swapped direction shows.
const name = 'instance-000000f1';
const quota = quotaOf(
  'quota:vif_inbound_average=1000',
  'quota:vif_inbound_peak=2000',
  'quota:vif_inbound_burst=1024',
  'quota:vif_outbound_average=500',
  'quota:vif_outbound_burst=256',
);
let hypervisor: Hypervisor;
let domain: Domain;
let outside: FromOutside;

beforeAll(async () => {
  hypervisor = await labHypervisor();
  domain = await startDomain(hypervisor, { name, nics: [{ kind: 'network' }, { kind: 'macvtap' }] });
  outside = await fromOutside(hypervisor, flavorText);
});

afterAll(async () => {
  await outside?.close();
  await removeDomain(hypervisor, domain);
  await releaseHypervisor(hypervisor);
});

describe('an interface that is not on a bridge of its own', () => {
  test('is limited and verified like one, and a second apply has nothing to do', async () => {
    const { outcome, failure } = await outside.apply(name, quota);
    expect({ outcome, failure }).toEqual({ outcome: 'applied', failure: undefined });
    const { failing, undecided } = await outside.verify(name, quota);
    expect({ failing, undecided }).toEqual({ failing: [], undecided: [] });
    expect((await outside.apply(name, quota)).outcome).toBe('unchanged');
  });

  test('of a libvirt network has the class for inbound and the policer for outbound', async () => {
    const dev = domain.nics[0]?.dev;
    expect(await hypervisor.shell(`tc class show dev ${dev}`)).toContain('rate 8Mbit ceil 16Mbit burst 1Mb');
    expect(await hypervisor.shell(`tc filter show dev ${dev} parent ffff:`)).toContain(
      'rate 4Mbit burst 256Kb',
    );
  });

  test('that is a macvtap has them the other way round', async () => {
    const dev = domain.nics[1]?.dev;
    expect(await hypervisor.shell(`tc class show dev ${dev}`)).toContain('rate 4Mbit ceil 4Mbit burst 256Kb');
    expect(await hypervisor.shell(`tc filter show dev ${dev} parent ffff:`)).toContain(
      'rate 8Mbit burst 1Mb',
    );
  });

  test('that is a macvtap is named when its policer, which limits inbound, is gone', async () => {
    const dev = domain.nics[1]?.dev;
    await hypervisor.shell(`tc qdisc del dev ${dev} ingress`);
    expect((await outside.verify(name, quota)).failing).toEqual([`tc ${dev} police`]);
    expect((await outside.apply(name, quota)).outcome).toBe('applied');
  });
});

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { openHypervisor } from '../../../src/host/libvirt-hypervisor.ts';
import { stateFolder } from '../../../src/host/state-folder.ts';
import type { Hypervisor as Libvirt } from '../../../src/ports/hypervisor.ts';
import { applyPlan } from '../../../src/workflow/apply.ts';
import { planDomain } from '../../../src/workflow/plan-domain.ts';
import { type PlanFile, readPlanFile, sealPlan } from '../../../src/workflow/plan-file.ts';
import { startApply } from '../apply-process.ts';
import { type Domain, removeDomain, startDomain } from '../domains.ts';
import { type Properties, requestFor } from '../flavors.ts';
import { type HostThrough, hostThrough } from '../host-through.ts';
import type { Hypervisor } from '../hypervisor.ts';
import { type LibvirtProxy, libvirtProxy } from '../libvirt-proxy.ts';
import { labHypervisor, releaseHypervisor } from '../start.ts';
import { witness } from '../witness.ts';

// Two applies to one domain at once, and domains that are not any more what a plan was made for.
const name = 'instance-000000f2';
const one: Properties = { cpu_shares: '300', disk_read_bytes_sec: '1000000', vif_inbound_average: '1000' };
const other: Properties = { cpu_shares: '700', vif_inbound_average: '2000', vif_outbound_average: '2000' };
vi.setConfig({ testTimeout: 600_000 });

let hypervisor: Hypervisor;
let domain: Domain;
let host: HostThrough;
let proxy: LibvirtProxy;
let libvirt: Libvirt;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'vq-moved-'));
  hypervisor = await labHypervisor();
  domain = await startDomain(hypervisor, { name, vcpus: 1, nics: [{ kind: 'bridge' }, { kind: 'ovs' }] });
  host = hostThrough(hypervisor);
  proxy = await libvirtProxy(join(folder, 'sock'), await hypervisor.forward('/run/libvirt/libvirt-sock'));
  libvirt = await openHypervisor(proxy.uri, { readOnly: false, callTimeoutMs: 60_000 });
});

afterAll(async () => {
  await libvirt?.close();
  await proxy?.close();
  host?.close();
  rmSync(folder, { recursive: true, force: true });
  await removeDomain(hypervisor, domain);
  await releaseHypervisor(hypervisor);
});

const surroundings = () => ({
  hypervisor: libvirt,
  host,
  wait,
  state: stateFolder(folder),
  now: () => new Date(0),
});

/** A plan as `plan --out` saves it and `apply` reads it. */
async function savedPlan(properties: Properties): Promise<PlanFile> {
  const { plan } = await planDomain(surroundings(), requestFor(name, 'planned', properties));
  return readPlanFile(JSON.stringify(sealPlan(plan, proxy.uri)), 'plan.json');
}

/** Carries out a plan that is stale by now. @returns why, after the witness has seen that nothing was touched */
async function refusal(plan: PlanFile): Promise<string> {
  const before = await witness(hypervisor, domain);
  const error = await applyPlan(surroundings(), plan).then(
    () => new Error('it was applied'),
    reason => reason,
  );
  expect(error).toMatchObject({ code: 'stale-plan' });
  expect(await witness(hypervisor, domain)).toEqual(before);
  expect(await stateFolder(folder).names()).toEqual([]);
  return error.message;
}

describe('two applies to one domain at once', () => {
  const start = (flavor: string, properties: Properties) =>
    startApply({
      place: hypervisor.place.name,
      uri: proxy.uri,
      state: folder,
      domain: name,
      flavor,
      properties,
    });

  test('end with one that wins whole, and one that says that the domain is locked', async () => {
    // The second one comes while the first one is in the middle.
    let second = '';
    const struck = proxy.arm('vda', async write => {
      second = await start('other', other).ended;
      write.answer(await write.pass());
    });
    const [first] = await Promise.all([start('one', one).ended, struck]);
    expect({ first, second }).toEqual({ first: 'applied', second: 'locked' });
    const { plan } = await planDomain(surroundings(), requestFor(name, 'one', one));
    expect({ steps: plan.steps, records: plan.records }).toEqual({ steps: [], records: [] });
    const { enforcers, config } = await witness(hypervisor, domain);
    expect(enforcers).toMatch(/cpu\.(weight|shares):300\n/);
    expect(enforcers).toMatch(/read_bytes_sec *: *1000000\n/);
    expect(enforcers).toMatch(/class htb 1:1 .*rate 8Mbit ceil 8Mbit/);
    expect(enforcers).not.toContain('police');
    expect(config).toContain('<shares>300</shares>');
    expect(config).toContain('flavor="one"');
  });

  test('end with a stale plan when both have a plan of the same moment', async () => {
    const plans = [await savedPlan(other), await savedPlan({ ...other, cpu_shares: '800' })] as const;
    expect(await applyPlan(surroundings(), plans[0])).toMatchObject({ outcome: 'applied' });
    expect(await refusal(plans[1])).toMatch(
      /cgroup scope cpu\.(weight|shares) holds \w+=700, and held \w+=300/,
    );
  });
});

describe('a plan is stale, says what has moved, and touches nothing, when the domain', () => {
  test('was changed by somebody else', async () => {
    const plan = await savedPlan(one);
    await hypervisor.shell(`virsh -q blkdeviotune ${name} vda --write-bytes-sec 4096 --live`);
    expect(await refusal(plan)).toContain('live vda write_bytes_sec holds value=4096, and held nothing');
  });

  test('has gained an interface', async () => {
    const plan = await savedPlan(one);
    await hypervisor.shell(
      `virsh -q attach-interface ${name} bridge br0 --mac fa:16:3e:00:00:99 --target tapgained --live`,
    );
    expect(await refusal(plan)).toContain('live interface fa:16:3e:00:00:99 tapgained is new');
  });

  test('was started anew', async () => {
    const plan = await savedPlan(one);
    await hypervisor.shell(`virsh -q destroy ${name}; virsh -q start --paused ${name}`);
    expect(await refusal(plan)).toMatch(/domain running as id \d+, and was running as id \d+/);
  });

  test('was shut off', async () => {
    const plan = await savedPlan(one);
    await hypervisor.shell(`virsh -q destroy ${name}`);
    expect(await refusal(plan)).toContain('live definition is gone');
  });

  // The nearest that one hypervisor can do to a migration: the domain is not known here any more.
  test('is gone: destroyed and undefined, as the source of a migration leaves it', async () => {
    await hypervisor.shell(`virsh -q start --paused ${name}`);
    const plan = await savedPlan(one);
    await hypervisor.shell(`virsh -q destroy ${name}; virsh -q undefine ${name}`);
    await expect(applyPlan(surroundings(), plan)).rejects.toThrow(/has moved on:\n {2}the domain is gone/);
    expect(await hypervisor.shell('virsh -q list --all --name')).not.toContain(name);
    expect(await stateFolder(folder).names()).toEqual([]);
  });
});

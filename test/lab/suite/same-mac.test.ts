import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { applyDomain } from '../../../src/workflow/apply.ts';
import { type Domain, removeDomain, startDomain } from '../domains.ts';
import { type FromOutside, fromOutside, quotaOf } from '../from-outside.ts';
import type { Hypervisor } from '../hypervisor.ts';
import { labHypervisor, releaseHypervisor } from '../start.ts';
import { flavorText } from '../virt-quota.ts';

// Two taps of one domain with one MAC, as libvirt names them when it starts: which is which only their place says.
const name = 'instance-000000d7';
const mac = 'fa:16:3e:d7:d7:d7';
const nic = `<interface type="bridge"><mac address="${mac}"/><source bridge="br0"/><model type="virtio"/></interface>`;
const quota = quotaOf('quota:vif_inbound_average=1000', 'quota:vif_outbound_average=2000');
let hypervisor: Hypervisor;
let domain: Domain;
let outside: FromOutside;
let taps: readonly string[];

beforeAll(async () => {
  hypervisor = await labHypervisor();
  domain = await startDomain(hypervisor, { name, nics: [], devices: `${nic}${nic}` });
  outside = await fromOutside(hypervisor, flavorText);
  taps = (await hypervisor.shell(`virsh domiflist ${name} | awk '/bridge/ { print $1 }'`)).trim().split('\n');
});

afterAll(async () => {
  await outside?.close();
  await removeDomain(hypervisor, domain);
  await releaseHypervisor(hypervisor);
});

/** What libvirt's definition and the kernel have of each of both. */
const held = async () => {
  const config = await hypervisor.shell(
    `virsh dumpxml --inactive ${name} | grep -c "<inbound average='1000'" || true`,
  );
  const kernel = await Promise.all(
    taps.map(tap =>
      hypervisor.shell(`tc class show dev ${tap}; tc filter show dev ${tap} parent ffff: 2>/dev/null`),
    ),
  );
  return {
    config: Number(config),
    kernel: kernel.map(text => [/rate 8Mbit/.test(text), /police/.test(text)]),
  };
};
const none = {
  config: 0,
  kernel: [
    [false, false],
    [false, false],
  ],
};

describe('two interfaces with one MAC', () => {
  test('are as before when the second cannot be limited', async () => {
    expect(taps).toHaveLength(2);
    const broken = { ...outside.libvirt };
    let calls = 0;
    broken.setInterfaceParameters = async (...args) => {
      calls += 1;
      await outside.libvirt.setInterfaceParameters(...args);
      if (calls === 2) throw new Error('no answer');
    };
    const surroundings = { ...outside.surroundings, hypervisor: broken };
    const result = await applyDomain(surroundings, { domain: name, quota, scopes: ['live', 'config'] });
    expect(result.outcome).toBe('rolled-back');
    expect(calls).toBeGreaterThan(2);
    expect(await held()).toEqual(none);
  });

  test('are limited both, in the kernel and in both definitions', async () => {
    const result = await applyDomain(outside.surroundings, {
      domain: name,
      quota,
      scopes: ['live', 'config'],
    });
    expect({ outcome: result.outcome, failure: result.failure }).toEqual({
      outcome: 'applied',
      failure: undefined,
    });
    expect(await held()).toEqual({
      config: 2,
      kernel: [
        [true, true],
        [true, true],
      ],
    });
    const { failing, undecided } = await outside.verify(name, quota);
    expect({ failing, undecided }).toEqual({ failing: [], undecided: [] });
  });

  test.each([0, 1])('fail alone: what tap %i has lost is named, and set again by its own name', async at => {
    const tap = taps[at] ?? '';
    await hypervisor.shell(`tc qdisc del dev ${tap} root; tc qdisc del dev ${tap} ingress`);
    const { failing } = await outside.verify(name, quota);
    expect(failing).toEqual([`tc ${tap} class htb 1:1`, `tc ${tap} police`]);
    const { stdout } = await hypervisor.run(['virt-quota', 'audit', name]);
    expect(stdout).toContain(`virsh domiftune ${name} ${tap} --inbound 1000 --outbound 2000 --live`);
    await hypervisor.shell(`virsh -q domiftune ${name} ${tap} --inbound 1000 --outbound 2000 --live`);
    expect((await outside.verify(name, quota)).failing).toEqual([]);
  });

  test('are called the same when they have other taps', async () => {
    const named = async () => {
      const { stdout } = await hypervisor.run([
        'virt-quota',
        'verify',
        name,
        '--property',
        'quota:vif_inbound_average=1000',
        '-f',
        'json',
      ]);
      return [...new Set(stdout.match(/"id": "[^"]+"/g))];
    };
    const before = await named();
    expect(before).toHaveLength(2);
    await hypervisor.shell(`virsh -q destroy ${name}; virsh -q start --paused ${name}`);
    expect(await named()).toEqual(before);
    const { failing, undecided } = await outside.verify(name, quota);
    expect({ failing, undecided }).toEqual({ failing: [], undecided: [] });
  });

  test('lose their limits both', async () => {
    taps = (await hypervisor.shell(`virsh domiflist ${name} | awk '/bridge/ { print $1 }'`))
      .trim()
      .split('\n');
    const asked = { domain: name, quota: quotaOf(), prune: true, scopes: ['live', 'config'] as const };
    expect((await applyDomain(outside.surroundings, asked)).outcome).toBe('applied');
    expect(await held()).toEqual(none);
  });
});

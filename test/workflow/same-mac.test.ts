import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { QuotaError } from '../../src/errors.ts';
import { openHypervisor } from '../../src/host/libvirt-hypervisor.ts';
import { stateFolder } from '../../src/host/state-folder.ts';
import { flavorQuota } from '../../src/intent/flavor-quota.ts';
import { type Connection, connect, type Domain } from '../../src/libvirt/index.ts';
import type { Hypervisor } from '../../src/ports/hypervisor.ts';
import { applyDomain, applyPlan } from '../../src/workflow/apply.ts';
import { openJournals } from '../../src/workflow/journal.ts';
import { planDomain } from '../../src/workflow/plan-domain.ts';
import { recoverDomain } from '../../src/workflow/recover.ts';
import { verifyDomain } from '../../src/workflow/verify.ts';
import { type PrivateLibvirtd, startPrivateLibvirtd } from '../libvirtd.ts';

// Two bridges, two taps, one MAC, on a real libvirtd with its test driver, which names the taps when it starts.
const mac = '52:54:00:aa:bb:cc';
const bridge = (name: string, address: string) =>
  `<interface type='bridge'><mac address='${mac}'/><source bridge='${name}'/>${address}</interface>`;
const pci = (slot: string) =>
  `<address type='pci' domain='0x0000' bus='0x00' slot='${slot}' function='0x0'/>`;
const xml = (first = '', second = '') => `
  <domain type='test'><name>twins</name><uuid>5d1c9f6e-7a0b-4a53-9f0e-3c8a1b2d4e77</uuid>
  <memory>1024</memory><vcpu>1</vcpu><os><type>hvm</type></os>
  <devices>${bridge('br0', first)}${bridge('br1', second)}</devices></domain>`;
const { quota } = flavorQuota({ 'quota:vif_inbound_average': '1000', 'quota:vif_outbound_average': '2000' });
const request = { domain: 'twins', quota, scopes: ['live', 'config'] } as const;
const wait = async () => {};

let daemon: PrivateLibvirtd;
let witness: Connection;
let hypervisor: Hypervisor;
let domain: Domain;

beforeAll(async () => {
  daemon = await startPrivateLibvirtd();
  witness = await connect(daemon.uri('default'));
  hypervisor = await openHypervisor(daemon.uri('default'), { readOnly: false });
});

afterAll(async () => {
  await hypervisor.close();
  await witness.close();
  await daemon.stop();
});

/** What libvirt itself has for each interface, in its order: `inbound/outbound`. */
const bandwidths = async (scope: 'live' | 'config') => {
  const text = await witness.getXml(domain, { inactive: scope === 'config' });
  return (text.match(/<interface[\s\S]*?<\/interface>/g) ?? []).map(nic =>
    ['inbound', 'outbound']
      .map(one => new RegExp(`<${one} average='(\\d+)'`).exec(nic)?.[1] ?? '-')
      .join('/'),
  );
};
const everywhere = async () => [await bandwidths('live'), await bandwidths('config')];
const none = [
  ['-/-', '-/-'],
  ['-/-', '-/-'],
];

const bare = { first: '', second: '' };
const placed = { first: pci('0x04'), second: pci('0x03') };

// This driver keeps the names of taps that it has made up (testnet0) in the persistent definition too.
describe.each([bare, placed])('two interfaces with one MAC (place: $first)', ({ first, second }) => {
  beforeEach(async () => {
    if (domain !== undefined) await witness.destroy(domain).catch(() => {});
    domain = await witness.defineXml(xml(first, second));
    domain = await witness.create(domain);
  });

  it('get their limits once each, live each by its own tap, and hold them then', async () => {
    const called: string[] = [];
    const listening: Hypervisor = {
      ...hypervisor,
      setInterfaceParameters: async (ref, name, parameters) => {
        called.push(name);
        await hypervisor.setInterfaceParameters(ref, name, parameters);
      },
    };
    const applied = await applyDomain({ hypervisor: listening, wait }, request);
    expect(applied.outcome).toBe('applied');
    expect(called).toEqual(await taps());
    expect(await everywhere()).toEqual([
      ['1000/2000', '1000/2000'],
      ['1000/2000', '1000/2000'],
    ]);
    expect(applied.verdicts.filter(one => one.outcome === 'fail')).toEqual([]);
    expect((await applyDomain({ hypervisor, wait }, request)).outcome).toBe('unchanged');
  });

  it('are judged each for itself: the second alone is wrong, and alone is written again', async () => {
    await applyDomain({ hypervisor, wait }, request);
    const [, dev = ''] = await taps();
    await witness.setInterfaceParameters(domain, dev, inbound(5), { live: true });
    const { verdicts } = await verifyDomain({ hypervisor }, request);
    const failed = verdicts.filter(one => one.outcome === 'fail').map(one => one.expectation);
    expect(failed.map(({ layer, subject, knob }) => `${layer} ${subject} ${knob}`)).toEqual([
      `live ${mac}@${dev} inbound.average`,
    ]);
    const { plan } = await planDomain({ hypervisor }, request);
    expect(plan.steps.map(({ scope, device, dev: tap }) => ({ scope, device, tap }))).toEqual([
      { scope: 'live', device: { kind: 'interface', mac, id: dev }, tap: dev },
    ]);
    expect((await applyPlan({ hypervisor, wait }, plan)).outcome).toBe('applied');
    expect(await bandwidths('live')).toEqual(['1000/2000', '1000/2000']);
  });

  it('are both as before when the second cannot be written', async () => {
    let calls = 0;
    const failing: Hypervisor = {
      ...hypervisor,
      setInterfaceParameters: async (...args) => {
        calls += 1;
        if (calls === 2) throw new QuotaError('refused', 'libvirt', 'not this one');
        await hypervisor.setInterfaceParameters(...args);
      },
    };
    expect((await applyDomain({ hypervisor: failing, wait }, request)).outcome).toBe('rolled-back');
    expect(await everywhere()).toEqual(none);
  });

  it('are both as before when an apply was killed in the middle and is undone by its journal', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'vq-journal-'));
    const state = stateFolder(folder);
    const dying: Hypervisor = { ...hypervisor, defineXml: () => new Promise(() => {}) };
    const unlocked = { ...state, lock: async () => ({ release: async () => {} }) };
    void applyDomain({ hypervisor: dying, wait, state: unlocked }, request);
    await expect.poll(() => bandwidths('live')).toEqual(['1000/2000', '1000/2000']);
    const [entry] = (await openJournals(state)).entries;
    if (entry === undefined) throw new Error('no journal');
    const { outcome, left } = await recoverDomain({ hypervisor, wait, state }, entry, 'undo');
    expect({ outcome, left }).toEqual({ outcome: 'rolled-back', left: undefined });
    expect(await everywhere()).toEqual(none);
    rmSync(folder, { recursive: true });
  });

  it('lose their limits both with --prune', async () => {
    await applyDomain({ hypervisor, wait }, request);
    const nothing = flavorQuota({}).quota;
    const pruned = await applyDomain({ hypervisor, wait }, { ...request, quota: nothing, prune: true });
    expect(pruned.outcome).toBe('applied');
    expect(await everywhere()).toEqual(none);
  });
});

describe('a plan of a version that knew them by their MAC alone', () => {
  it('is stale where one MAC is two interfaces', async () => {
    await witness.destroy(domain).catch(() => {});
    domain = await witness.create(await witness.defineXml(xml()));
    const { plan } = await planDomain({ hypervisor }, request);
    const old = JSON.parse(
      JSON.stringify(plan)
        .replaceAll(/@testnet\d+/g, '')
        .replaceAll(/,"id":"testnet\d+"/g, ''),
    );
    await expect(applyPlan({ hypervisor, wait }, old)).rejects.toMatchObject({ code: 'stale-plan' });
    expect(await everywhere()).toEqual(none);
  });
});

/** The devices of the host that libvirt has made for them. */
async function taps(): Promise<readonly string[]> {
  const text = await witness.getXml(domain);
  return [...text.matchAll(/<target dev='([^']+)'/g)].map(one => one[1] ?? '');
}

function inbound(average: number) {
  return { 'inbound.average': { type: 'uint', value: average } } as const;
}

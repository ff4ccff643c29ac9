import { readdirSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { openHypervisor } from '../../../src/host/libvirt-hypervisor.ts';
import type { Hypervisor as Libvirt } from '../../../src/ports/hypervisor.ts';
import { applyDomain } from '../../../src/workflow/apply.ts';
import { planDomain } from '../../../src/workflow/plan-domain.ts';
import { verifyDomain } from '../../../src/workflow/verify.ts';
import { type Domain, removeDomain, startDomain } from '../domains.ts';
import { type Properties, requestFor } from '../flavors.ts';
import { type HostThrough, hostThrough } from '../host-through.ts';
import type { Hypervisor } from '../hypervisor.ts';
import { kinds } from '../kinds.ts';
import { propertiesOf, type RandomLimits, randomLimits, randomNumbers } from '../random-limits.ts';
import { labHypervisor, releaseHypervisor } from '../start.ts';
import { ovsRows, type Testimony, witness } from '../witness.ts';

// Random flavors, one after the other, to one running domain: nothing may add up. 100 of them when asked to.
const name = 'instance-000000f3';
const applies = Number(process.env.VIRT_QUOTA_LAB_SOAK || 6);
const seed = Number(process.env.VIRT_QUOTA_LAB_SEED || 20_261_120);
vi.setConfig({ testTimeout: 3_600_000 });
setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

let hypervisor: Hypervisor;
let domain: Domain;
let host: HostThrough;
let libvirt: Libvirt;
let first: Testimony;
let rows: { qos: number; queues: number };

beforeAll(async () => {
  hypervisor = await labHypervisor();
  domain = await startDomain(hypervisor, {
    name,
    vcpus: 2,
    disks: [{ format: 'qcow2' }, { format: 'raw' }],
    nics: [{ kind: 'bridge' }, { kind: 'ovs' }],
  });
  host = hostThrough(hypervisor);
  const socket = await hypervisor.forward('/run/libvirt/libvirt-sock');
  const uri = `qemu+unix:///system?socket=${encodeURIComponent(socket)}`;
  libvirt = await openHypervisor(uri, { readOnly: false, callTimeoutMs: 60_000 });
  rows = await ovsRows(hypervisor);
  first = await witness(hypervisor, domain);
});

afterAll(async () => {
  await libvirt?.close();
  host?.close();
  await removeDomain(hypervisor, domain);
  await releaseHypervisor(hypervisor);
});

const request = (flavor: string, properties: Properties) => requestFor(name, flavor, properties);
const surroundings = () => ({ hypervisor: libvirt, host, wait, now: () => new Date(0) });

/** What this process holds: after a collection, so that only what is kept counts. */
function holdings() {
  collectGarbage();
  const { heapUsed, rss } = process.memoryUsage();
  return { heap: heapUsed / 2 ** 20, rss: rss / 2 ** 20, files: readdirSync('/proc/self/fd').length };
}

describe(`${applies} random flavors applied one after the other`, () => {
  test('hold at every layer each, and leave no trace when the last limit is gone', async () => {
    const random = randomNumbers(seed);
    const began = performance.now();
    let early = holdings();
    let writes = 0;
    for (let turn = 1; turn <= applies; turn += 1) {
      const limits = randomLimits(random);
      const properties = propertiesOf(limits);
      const told = `apply ${turn} of seed ${seed}: ${JSON.stringify(properties)}`;
      const { outcome, failure, plan } = await applyDomain(
        surroundings(),
        request(`random ${turn}`, properties),
      );
      expect({ outcome, failure }, told).toEqual({ outcome: 'applied', failure: undefined });
      writes += plan.steps.length;
      await expectVerified(properties, told);
      if (turn % 10 === 1 || turn === applies) await expectWitnessed(limits, told);
      // What is loaded and compiled at first is not a leak.
      if (turn === Math.ceil(applies / 5)) early = holdings();
    }
    const late = holdings();
    console.log(report({ seconds: (performance.now() - began) / 1000, writes, early, late }));
    expect(late.files).toBeLessThanOrEqual(early.files);
    expect(late.heap - early.heap).toBeLessThan(8);
    await expectNoTrace();
  });
});

function report(of: {
  seconds: number;
  writes: number;
  early: ReturnType<typeof holdings>;
  late: ReturnType<typeof holdings>;
}): string {
  const { early, late } = of;
  const mib = (part: 'heap' | 'rss') => `${part} ${early[part].toFixed(1)} → ${late[part].toFixed(1)} MiB`;
  return `${hypervisor.kind}: ${applies} applies of seed ${seed} in ${of.seconds.toFixed(0)} s, ${of.writes} devices written, ${mib('heap')}, ${mib('rss')}, files ${early.files} → ${late.files}`;
}

/** By this project's own reading: nothing fails, nothing is unknown, and nothing is left to do. */
async function expectVerified(properties: Properties, told: string): Promise<void> {
  const wanted = request('verified', properties);
  const { verdicts } = await verifyDomain(surroundings(), wanted);
  const bad = verdicts.filter(({ outcome }) => outcome === 'fail' || outcome === 'inconclusive');
  expect(bad, told).toEqual([]);
  const { plan } = await planDomain(surroundings(), wanted);
  expect(plan.steps, told).toEqual([]);
}

/** By the witness, with values worked out here from what was drawn. */
async function expectWitnessed(limits: RandomLimits, told: string): Promise<void> {
  const { enforcers } = await witness(hypervisor, domain);
  const lines = [...cpuLines(limits), ...trafficLines(limits)];
  for (const line of lines) expect(enforcers, told).toMatch(new RegExp(`^${line}`, 'm'));
  for (const target of ['vda', 'vdb']) {
    const numbers = enforcers
      .slice(enforcers.indexOf(target))
      .match(/(?:total|read|write)_(?:bytes|iops)_sec *: \d+/g);
    const held = (numbers ?? []).slice(0, 6).filter(number => !number.endsWith(': 0'));
    const asked = Object.entries(limits.iotune).map(([key, value]) => `${key}: ${value}`);
    expect(held.map(number => number.replace(/ *: /, ': ')).sort(), told).toEqual(asked.sort());
  }
  expect(enforcers.match(/police N/g) ?? [], told).toHaveLength(limits.outbound ? 2 : 0);
  expect(enforcers.match(/class htb 1:1 /g) ?? [], told).toHaveLength(limits.inbound ? 2 : 0);
  const own = limits.inbound ? 1 : 0;
  expect(await ovsRows(hypervisor), told).toEqual({ qos: rows.qos + own, queues: rows.queues + own });
}

function cpuLines({ shares, period = 100_000, quota }: RandomLimits): readonly string[] {
  if (kinds[hypervisor.kind].cgroup === 2) {
    const max = `${quota ?? 'max'} ${period}$`;
    return [
      `\\./cpu\\.weight:${shares ?? 100}$`,
      ...[0, 1].map(id => `\\./libvirt/vcpu${id}/cpu\\.max:${max}`),
    ];
  }
  return [
    `\\./cpu\\.shares:${shares ?? 1024}$`,
    ...[0, 1].flatMap(id => [
      `\\./libvirt/vcpu${id}/cpu\\.cfs_period_us:${period}$`,
      `\\./libvirt/vcpu${id}/cpu\\.cfs_quota_us:${quota ?? -1}$`,
    ]),
  ];
}

function trafficLines({ inbound, outbound }: RandomLimits): readonly string[] {
  const lines = [`ingress_policing_rate *: ${(outbound?.rate ?? 0) * 1000}$`];
  lines.push(`ingress_policing_burst *: ${(outbound?.burst ?? 0) * 8}$`);
  if (outbound) lines.push(` *police N rate ${outbound.rate}Mbit burst .* mtu 64Kb action drop`);
  if (inbound) {
    const { rate, peak = rate, burst } = inbound;
    const bits = burst === undefined ? '' : `burst="${burst * 8192}", `;
    lines.push(`class htb 1:1 root leaf 2: prio 0 rate ${rate}Mbit ceil ${peak}Mbit `);
    lines.push(`class htb 1:1 parent 1:fffe prio 0 rate ${rate}Mbit ceil ${peak}Mbit `);
    lines.push(`other_config *: {${bits}max-rate="${peak}000000", min-rate="${rate}000000"}$`);
  }
  return lines;
}

/** Without limits and record everything is as it was at first. */
async function expectNoTrace(): Promise<void> {
  expect(await applyDomain(surroundings(), request('none', {}))).toMatchObject({ outcome: 'applied' });
  await hypervisor.shell(
    `virsh -q metadata ${name} --uri urn:virt-quota:intent:1 --remove --live; virsh -q metadata ${name} --uri urn:virt-quota:intent:1 --remove --config`,
  );
  const last = await witness(hypervisor, domain);
  expect(last).toEqual(first);
  expect(await ovsRows(hypervisor)).toEqual(rows);
}

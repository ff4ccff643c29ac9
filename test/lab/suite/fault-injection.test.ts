import { once } from 'node:events';
import { mkdtempSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { QuotaError } from '../../../src/errors.ts';
import { openHypervisor } from '../../../src/host/libvirt-hypervisor.ts';
import { stateFolder } from '../../../src/host/state-folder.ts';
import type { ApplyResult } from '../../../src/plan/apply-result.ts';
import type { Hypervisor as Libvirt } from '../../../src/ports/hypervisor.ts';
import { applyDomain } from '../../../src/workflow/apply.ts';
import { openJournals } from '../../../src/workflow/journal.ts';
import { recoverDomain } from '../../../src/workflow/recover.ts';
import { startApply } from '../apply-process.ts';
import { type Domain, removeDomain, startDomain } from '../domains.ts';
import { type Way, type WriteName, ways, writes } from '../faults.ts';
import { flavors, requestFor } from '../flavors.ts';
import { type HostThrough, hostThrough } from '../host-through.ts';
import type { Hypervisor } from '../hypervisor.ts';
import { kinds } from '../kinds.ts';
import { type LibvirtProxy, libvirtProxy, NotStruckError, type Strike } from '../libvirt-proxy.ts';
import { kindVariable, labHypervisor, releaseHypervisor } from '../start.ts';
import { removeLeftRows, type Testimony, witness } from '../witness.ts';

// Every write of an apply is made to fail in every way: afterwards the host is as before, or as planned, never between.
const name = 'instance-000000f1';

/**
 * Which of all pairs of a write and a way: one in `VIRT_QUOTA_LAB_FAULTS`, 9 when absent. With 9 every kind has every
 * write and every way, and no pair is in two kinds; with 3 the first three kinds together have all pairs, with 1 each of them has.
 */
const oneIn = Number(process.env.VIRT_QUOTA_LAB_FAULTS || 9);
const turnOfKind = Object.keys(kinds).indexOf(process.env[kindVariable] || 'trixie');
const cases = writes
  .flatMap((write, turn) => ways.map((way, index) => ({ write, way, sum: turn + index })))
  .filter(({ sum }) => sum % oneIn === turnOfKind % oneIn)
  .map(one => ({ ...one, title: `${one.write}: ${one.way.name}` }));

let hypervisor: Hypervisor;
let domain: Domain;
let host: HostThrough;
let proxy: LibvirtProxy;
let folder: string;
/** How the witness sees each of them. */
const references: Testimony[] = [];
/** Which one the domain has. */
let current = 0;
const table: string[] = [];
/** How long an answer is waited for that does not come: long enough for those that do, in a machine this slow. */
let patienceMs = 3000;
const longMs = 60_000;
vi.setConfig({ testTimeout: 900_000 });

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'vq-faults-'));
  hypervisor = await labHypervisor();
  domain = await startDomain(hypervisor, {
    name,
    vcpus: 2,
    disks: [{ format: 'qcow2' }, { format: 'raw' }],
    nics: [{ kind: 'bridge' }, { kind: 'bridge' }, { kind: 'ovs' }],
  });
  // Those of an earlier domain of that name.
  await removeLeftRows(hypervisor, domain);
  host = hostThrough(hypervisor);
  const upstream = await hypervisor.forward('/run/libvirt/libvirt-sock');
  proxy = await libvirtProxy(join(folder, 'sock'), upstream);
});

afterAll(async () => {
  console.log([`${hypervisor.kind}: ${table.length} cases`, ...table].join('\n'));
  await proxy?.close();
  host?.close();
  rmSync(folder, { recursive: true, force: true });
  await removeDomain(hypervisor, domain);
  await releaseHypervisor(hypervisor);
});

const next = () => (current + 1) % flavors.length;
const clearsNext = () => flavors[next()]?.flavor === 'none';
const surroundings = (libvirt: Libvirt) => ({
  hypervisor: libvirt,
  host,
  wait,
  state: stateFolder(folder),
  now: () => new Date(0),
});

async function withLibvirt<T>(work: (libvirt: Libvirt) => Promise<T>, callTimeoutMs = longMs): Promise<T> {
  const libvirt = await openHypervisor(proxy.uri, { readOnly: false, callTimeoutMs });
  return work(libvirt).finally(() => libvirt.close());
}

function applyFlavor(index: number, callTimeoutMs = longMs): Promise<ApplyResult> {
  const { flavor, properties } = flavors[index] ?? { flavor: '', properties: {} };
  const request = requestFor(name, flavor, properties);
  return withLibvirt(libvirt => applyDomain(surroundings(libvirt), request), callTimeoutMs);
}

describe('an apply that nothing disturbs', () => {
  test.each([0, 1, 2])('is seen by the witness at every layer: flavor %i', async index => {
    const began = performance.now();
    const { outcome, failure } = await applyFlavor(index);
    patienceMs = Math.max(patienceMs, (performance.now() - began) / 3);
    expect({ outcome, failure }).toEqual({ outcome: 'applied', failure: undefined });
    references.push(await witness(hypervisor, domain));
    current = index;
  });

  test('makes the same writes from each to the next, and comes back to where it began', async () => {
    expect(new Set(references.map(one => one.enforcers)).size).toBe(3);
    for (const _ of flavors) {
      proxy.disarm();
      expect(await applyFlavor(next())).toMatchObject({ outcome: 'applied' });
      const made = proxy.disarm();
      // The order of the three is not the point.
      const inOrder = [...made.slice(0, 3).sort(), ...made.slice(3)];
      expect(inOrder).toEqual(['cpu_shares', 'vcpu_period', 'vcpu_quota', ...writes.slice(3).map(targetOf)]);
      current = next();
      expect(await witness(hypervisor, domain)).toEqual(references[current]);
    }
  });
});

describe('one write that fails', () => {
  test.each(cases)('$title', async ({ way, write }) => {
    const began = performance.now();
    const from = current;
    const isFromOrToNone = [from, next()].some(index => flavors[index]?.flavor === 'none');
    const reported = await disturbed(way, write);
    const stands = way.destroys ? await afterItsEnd() : await seen();
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    const states = `${flavors[from]?.flavor} → ${flavors[(from + 1) % 3]?.flavor}`;
    const row = [
      way.name.padEnd(28),
      write.padEnd(13),
      states.padEnd(14),
      reported.padEnd(12),
      stands,
      seconds,
    ];
    tell(row.join(' | '));
    const mayHold = way.recovery === 'finish' || (isFromOrToNone && way.mayHold === true);
    expect({ reported, stands }).toEqual(
      reported === 'applied'
        ? { reported: mayHold ? 'applied' : '', stands: 'as planned' }
        : { reported: 'rolled-back', stands: way.destroys ? 'ended, defined as before' : 'as before' },
    );
    expect(await stateFolder(folder).names()).toEqual([]);
  });
});

/** The table is long in the making when all pairs are asked for: then its rows are printed as they come as well. */
function tell(row: string): void {
  table.push(row);
  if (oneIn < 9) writeSync(2, `${hypervisor.kind} ${table.length} of ${cases.length} | ${row}\n`);
}

/** Applies the next flavor with one write struck, and ends what is left. @returns what was reported */
async function disturbed(way: Way, write: WriteName): Promise<string> {
  let kill = () => {};
  const strike: Strike = one =>
    way.strike({ hypervisor, domain, patienceMs, kill: () => kill(), clears: clearsNext() }, one, write);
  const struck = proxy.arm(targetOf(write), strike, write === 'ovs set' ? 1 : 0);
  if (way.recovery === undefined) {
    const applied = applyFlavor(next(), way.vain ? patienceMs : longMs).finally(() => proxy.disarm());
    try {
      const [{ outcome }] = await Promise.all([applied, struck]);
      return outcome;
    } catch (error) {
      if (!(error instanceof NotStruckError && way.vain)) throw error;
      // The machine was so busy that the apply lost its patience before it came to that write.
      patienceMs *= 2;
      return disturbed(way, write);
    }
  }
  const child = startChild();
  kill = () => void child.kill('SIGKILL');
  const ended = once(child, 'exit').finally(() => proxy.disarm());
  await Promise.all([ended, struck]);
  return recovered(way.recovery);
}

/** What the proxy calls it. */
function targetOf(write: WriteName): string {
  const nic = { 'bridge 1': 0, 'bridge 2': 1, 'ovs clear': 2, 'ovs set': 2 }[write as string];
  return nic === undefined ? write : (domain.nics[nic]?.mac ?? '');
}

function startChild() {
  const { flavor, properties } = flavors[next()] ?? { flavor: '', properties: {} };
  const place = hypervisor.place.name;
  return startApply({ place, uri: proxy.uri, state: folder, domain: name, flavor, properties }).child;
}

async function recovered(recovery: 'undo' | 'finish'): Promise<string> {
  const [entry] = (await openJournals(stateFolder(folder))).entries;
  if (entry === undefined) return 'no journal';
  for (;;) {
    try {
      const { outcome } = await withLibvirt(libvirt => recoverDomain(surroundings(libvirt), entry, recovery));
      return outcome;
    } catch (error) {
      // The kernel takes a moment to end the lock of a process that was killed.
      if (!(error instanceof QuotaError && error.code === 'locked')) throw error;
      await wait(100);
    }
  }
}

/** Which of the two the witness sees; anything else is shown as the difference from before. */
async function seen(): Promise<string> {
  const [before, after] = [references[current], references[next()]];
  let last = await witness(hypervisor, domain);
  // Open vSwitch works in the background.
  for (let tries = 0; tries < 3 && ![before, after].some(one => isSame(one, last)); tries += 1) {
    await wait(1000);
    last = await witness(hypervisor, domain);
  }
  if (isSame(before, last)) return 'as before';
  if (isSame(after, last)) {
    current = next();
    return 'as planned';
  }
  expect.soft(last).toEqual(before);
  // The next case shall begin as if nothing had happened.
  const state = stateFolder(folder);
  for (const left of await state.names()) await state.remove(left);
  await applyFlavor(current);
  return 'BETWEEN';
}

function isSame(one: Testimony | undefined, other: Testimony): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** Of a run that has ended nothing may be left, and the definition has to be as before. Starts the domain anew. */
async function afterItsEnd(): Promise<string> {
  const { enforcers, config } = await witness(hypervisor, domain);
  const leftover = await hypervisor.shell(
    `for tap in ${domain.nics.map(nic => nic.dev).join(' ')}; do ls -d /sys/class/net/$tap; ovs-vsctl --if-exists get Port $tap name; done 2>/dev/null || true`,
  );
  await removeLeftRows(hypervisor, domain);
  await hypervisor.shell(`virsh -q start --paused ${name}`);
  const before = references[current];
  if (config !== before?.config || leftover !== '' || !enforcers.startsWith('not running')) return 'BETWEEN';
  expect(await witness(hypervisor, domain)).toEqual(before);
  return 'ended, defined as before';
}

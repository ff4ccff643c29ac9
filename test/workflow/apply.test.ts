import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { QuotaError, type QuotaErrorCode } from '../../src/errors.ts';
import { openHypervisor } from '../../src/host/libvirt-hypervisor.ts';
import { stateFolder } from '../../src/host/state-folder.ts';
import { flavorQuota } from '../../src/intent/flavor-quota.ts';
import { type Connection, connect, type Domain } from '../../src/libvirt/index.ts';
import type { Hypervisor } from '../../src/ports/hypervisor.ts';
import { applyDomain, applyPlan } from '../../src/workflow/apply.ts';
import { type JournalEntry, journalName, openJournals } from '../../src/workflow/journal.ts';
import { planDomain } from '../../src/workflow/plan-domain.ts';
import { recoverDomain } from '../../src/workflow/recover.ts';
import { type PrivateLibvirtd, startPrivateLibvirtd } from '../libvirtd.ts';

// A real libvirtd with its test driver: three interfaces to set live, one persistent definition to replace.
const samples = join(import.meta.dirname, '../../samples');
const xml = readFileSync(join(samples, 'domains/instance-00000041.xml'), 'utf8');
const flavor = JSON.parse(readFileSync(join(samples, 'flavors/m1.resquota.json'), 'utf8'));
const { quota } = flavorQuota(flavor.flavor.extra_specs);
const request = { domain: 'instance-00000041', quota, scopes: ['live', 'config'] } as const;
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

beforeEach(async () => {
  if (domain !== undefined) await witness.destroy(domain);
  domain = await witness.defineXml(withTestType(xml));
  domain = await witness.create(domain);
});

const withTestType = (text: string) => text.replace(/(<domain\s+type=)(['"])\w+\2/, "$1'test'");

/** Both definitions. An empty `<bandwidth>` is how libvirt writes that there is none any more. */
const definitions = async () => {
  const texts = [await witness.getXml(domain), await witness.getXml(domain, { inactive: true })];
  return texts.map(text => text.replace(/\n\s*<bandwidth>\s*<\/bandwidth>/g, ''));
};

describe('apply on a domain without limits', () => {
  it('sets each interface and the persistent definition, and then has nothing left to do', async () => {
    const first = await applyDomain({ hypervisor, wait }, request);
    expect(first.outcome).toBe('applied');
    expect(first.steps.map(({ step, status }) => `${step.scope} ${step.device.kind} ${status}`)).toEqual([
      'live interface done',
      'live interface done',
      'live interface done',
      'config cpu done',
      'config disk done',
      'config interface done',
      'config interface done',
      'config interface done',
    ]);
    const [live, config] = await definitions();
    expect(live?.match(/<inbound average='32768' peak='65536' burst='131072'\/>/g)).toHaveLength(3);
    expect(config).toContain('<shares>512</shares>');
    expect(config).toContain('<read_bytes_sec>1000000</read_bytes_sec>');
    const second = await applyDomain({ hypervisor, wait }, request);
    expect(second.outcome).toBe('unchanged');
    expect(second.plan.steps).toEqual([]);
  });

  it('plans without writing anything', async () => {
    const before = await definitions();
    const { plan } = await planDomain({ hypervisor }, request);
    expect(plan.steps).toHaveLength(8);
    expect(await definitions()).toEqual(before);
  });

  it('calls nothing on this driver a pass that nothing enforces', async () => {
    const { verdicts } = await applyDomain({ hypervisor, wait }, request);
    const passed = new Set(verdicts.filter(one => one.outcome === 'pass').map(one => one.expectation.layer));
    expect([...passed].sort()).toEqual(['config', 'live']);
    const enforced = verdicts.filter(one => ['cgroup', 'qemu', 'tc'].includes(one.expectation.layer));
    expect(enforced).not.toHaveLength(0);
    expect(new Set(enforced.map(one => one.outcome))).toEqual(new Set(['not-applicable']));
  });

  it('keeps what it could do when one interface is of a type that nothing limits, and fails that one', async () => {
    const nic = "<interface type='user'><mac address='fa:16:3e:41:00:04'/></interface>";
    await witness.destroy(domain);
    await witness.defineXml(withTestType(xml).replace('</devices>', `${nic}</devices>`));
    domain = await witness.create(domain);
    const { outcome, verdicts, steps } = await applyDomain(
      { hypervisor, wait },
      { ...request, scopes: ['live'] },
    );
    expect(outcome).toBe('applied');
    expect(steps.map(({ step }) => step.device)).not.toContainEqual({
      kind: 'interface',
      mac: 'fa:16:3e:41:00:04',
    });
    const hopeless = verdicts.filter(one => one.reason === 'no-enforcement-point');
    expect(hopeless.map(one => one.outcome)).toEqual(['fail', 'fail']);
  });

  it('refuses a transient or shut-off definition that is not there before touching anything', async () => {
    await witness.destroy(domain);
    const refusal = applyDomain({ hypervisor, wait }, { ...request, scopes: ['live'] });
    await expect(refusal).rejects.toThrow(/not running/);
    domain = await witness.create(domain);
  });
});

const writes = [
  'setInterfaceParameters',
  'setInterfaceParameters',
  'setInterfaceParameters',
  'defineXml',
] as const;

describe('apply when a write fails', () => {
  const cases = writes.flatMap((call, index) => [
    { index, call, moment: 'before it is done' as const },
    { index, call, moment: 'after it is done' as const },
  ]);

  it.each(cases)(
    'leaves everything as before when write $index ($call) fails $moment',
    async ({ index, moment }) => {
      const before = await definitions();
      const failing = failAt(hypervisor, index, moment === 'after it is done');
      const result = await applyDomain({ hypervisor: failing, wait }, request);
      expect(result.outcome).toBe('rolled-back');
      expect(result.failure).toBe('no answer in time');
      expect(await definitions()).toEqual(before);
    },
  );

  it('says what is left when it cannot be put back either', async () => {
    const failing = failAt(hypervisor, 1, false, { forEver: true });
    const result = await applyDomain({ hypervisor: failing, wait }, request);
    expect(result.outcome).toBe('rollback-failed');
    expect(result.steps.filter(step => step.status === 'not-undone')).not.toHaveLength(0);
    expect(result.left).toContain('live fa:16:3e:41:00:01 inbound.average');
  });

  it('is as before when what is refused for ever was never done', async () => {
    await applyDomain({ hypervisor, wait }, { ...request, record: { flavor: 'one', asked: {} } });
    const { quota: less } = flavorQuota({ 'quota:vif_inbound_average': '5' });
    const before = await definitions();
    const refusing = failAt(hypervisor, 0, false, { forEver: true, code: 'refused' });
    const other = { ...request, quota: less, record: { flavor: 'other', asked: {} } };
    for (const failing of [refusing, { ...hypervisor, setMetadata: refusing.setMetadata }]) {
      const { outcome, steps, left } = await applyDomain({ hypervisor: failing, wait }, other);
      expect({ outcome, left }).toEqual({ outcome: 'rolled-back', left: undefined });
      expect(steps.filter(({ status }) => !['undone', 'not-tried'].includes(status))).toEqual([]);
      expect(await definitions()).toEqual(before);
    }
  });

  it('is not as before when nobody knows whether the last write will still be done', async () => {
    const failing = failAt(hypervisor, 0, false, { forEver: true });
    const result = await applyDomain({ hypervisor: failing, wait }, request);
    expect(result.outcome).toBe('rollback-failed');
    expect(result.steps[0]).toMatchObject({ status: 'not-undone', error: 'no answer in time' });
  });

  it.each(['setInterfaceParameters', 'defineXml', 'setMetadata'] as const)(
    'is as before also when a write that was not answered is done after it was taken back: %s',
    async name => {
      const before = await definitions();
      const calls: (() => Promise<void>)[] = [];
      const late: Hypervisor = {
        ...hypervisor,
        [name]: async (...args: readonly unknown[]) => {
          const write = hypervisor[name] as (...args: readonly unknown[]) => Promise<void>;
          calls.push(() => write(...args));
          if (calls.length === 1) throw new QuotaError('unreachable', 'libvirt', 'no answer in time');
          await write(...args);
          if (calls.length === 2) await calls[0]?.();
        },
      };
      const recorded = { ...request, record: { flavor: 'one', asked: {} } };
      const { outcome, left } = await applyDomain({ hypervisor: late, wait }, recorded);
      expect({ outcome, left }).toEqual({ outcome: 'rolled-back', left: undefined });
      expect(await definitions()).toEqual(before);
      expect(calls.length).toBeGreaterThan(2);
    },
  );

  it('is undone when it is interrupted between two writes', async () => {
    const before = await definitions();
    const controller = new AbortController();
    const interrupting: Hypervisor = {
      ...hypervisor,
      setInterfaceParameters: async (...args) => {
        await hypervisor.setInterfaceParameters(...args);
        controller.abort();
      },
    };
    const result = await applyDomain({ hypervisor: interrupting, wait, signal: controller.signal }, request);
    expect(result.outcome).toBe('rolled-back');
    expect(result.failure).toBe('interrupted');
    expect(await definitions()).toEqual(before);
  });
});

/** The hypervisor, whose write number `index` is answered with an error, with or without being carried out. */
function failAt(
  real: Hypervisor,
  index: number,
  carriedOut: boolean,
  { forEver = false, code = 'unreachable' as QuotaErrorCode } = {},
): Hypervisor {
  let count = 0;
  const guarded = <A extends unknown[]>(write: (...args: A) => Promise<void>) => {
    return async (...args: A) => {
      const turn = count++;
      const fails = forEver ? turn >= index : turn === index;
      if (!fails || carriedOut) await write(...args);
      if (fails) throw new QuotaError(code, 'libvirt', 'no answer in time');
    };
  };
  return {
    ...real,
    setSchedulerParameters: guarded(real.setSchedulerParameters),
    setBlockIoTune: guarded(real.setBlockIoTune),
    setInterfaceParameters: guarded(real.setInterfaceParameters),
    setMetadata: guarded(real.setMetadata),
    defineXml: guarded(real.defineXml),
  };
}

describe('a plan that was made earlier', () => {
  it('is carried out while the domain is as it was, and then is stale', async () => {
    const { plan } = await planDomain({ hypervisor }, request);
    const result = await applyPlan({ hypervisor, wait }, plan);
    expect(result.outcome).toBe('applied');
    await expect(applyPlan({ hypervisor, wait }, plan)).rejects.toMatchObject({
      code: 'stale-plan',
      message: expect.stringContaining(
        'live fa:16:3e:41:00:01 inbound.average holds value=32768, and held nothing',
      ),
    });
  });

  it('is stale when the domain was started anew, or is gone', async () => {
    const { plan } = await planDomain({ hypervisor }, request);
    await witness.destroy(domain);
    domain = await witness.create(domain);
    await expect(applyPlan({ hypervisor, wait }, plan)).rejects.toMatchObject({ code: 'stale-plan' });
    const elsewhere = { ...plan, domain: { ...plan.domain, uuid: '00000000-0000-0000-0000-000000000001' } };
    await expect(applyPlan({ hypervisor, wait }, elsewhere)).rejects.toThrow(/the domain is gone/);
  });

  it('touches nothing when it is stale', async () => {
    const { plan } = await planDomain({ hypervisor }, request);
    await witness.setInterfaceParameters(domain, 'fa:16:3e:41:00:02', inbound(1000), { live: true });
    const before = await definitions();
    await expect(applyPlan({ hypervisor, wait }, plan)).rejects.toMatchObject({ code: 'stale-plan' });
    expect(await definitions()).toEqual(before);
  });
});

describe('limits that nobody asks for', () => {
  it('go with --prune, and only those that a flavor can ask for', async () => {
    await applyDomain({ hypervisor, wait }, request);
    const { quota: less } = flavorQuota({ 'quota:cpu_shares': '512' });
    const pruned = await applyDomain({ hypervisor, wait }, { ...request, quota: less, prune: true });
    expect(pruned.outcome).toBe('applied');
    const [live, config] = await definitions();
    expect(live).not.toMatch(/<inbound|<outbound/);
    expect(config).toContain('<shares>512</shares>');
    expect(config).not.toMatch(/<inbound|<quota>|<period>|bytes_sec/);
    const again = await applyDomain({ hypervisor, wait }, { ...request, quota: less, prune: true });
    expect(again.outcome).toBe('unchanged');
  });
});

describe('the record of what was asked', () => {
  const record = { flavor: 'm1.resquota', asked: { 'quota:cpu_shares': '512' } };
  const now = () => new Date('2026-11-20T17:00:00.123Z');

  it('is in the metadata of both definitions, and is not written again while it says the same', async () => {
    await applyDomain({ hypervisor, wait, now }, { ...request, record });
    for (const text of await definitions()) {
      expect(text).toMatch(
        /<virtquota:intent xmlns:virtquota="urn:virt-quota:intent:1" at="2026-11-20T17:00:00Z" flavor="m1.resquota">/,
      );
      expect(text).toContain('<virtquota:asked key="quota:cpu_shares" value="512"/>');
    }
    const later = () => new Date('2027-01-01T00:00:00Z');
    const second = await applyDomain({ hypervisor, wait, now: later }, { ...request, record });
    expect(second.outcome).toBe('unchanged');
  });

  it('replaces the one before, and comes back when the apply is undone', async () => {
    await applyDomain({ hypervisor, wait, now }, { ...request, record });
    const before = await definitions();
    const failing: Hypervisor = {
      ...hypervisor,
      setMetadata: async (ref, scope, metadata) => {
        await hypervisor.setMetadata(ref, scope, metadata);
        if (metadata.element?.includes('m2') && scope === 'config') {
          throw new QuotaError('unreachable', 'libvirt', 'no answer in time');
        }
      },
    };
    const other = { ...record, flavor: 'm2.resquota' };
    const result = await applyDomain({ hypervisor: failing, wait, now }, { ...request, record: other });
    expect(result.outcome).toBe('rolled-back');
    expect(await definitions()).toEqual(before);
  });
});

describe('an apply that is killed', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'vq-journal-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** Leaves off where a killed process would: `count` writes are done, and nothing more. */
  async function killedAfter(count: number): Promise<JournalEntry> {
    const state = stateFolder(folder);
    let left = count;
    const dying: Hypervisor = {
      ...hypervisor,
      setInterfaceParameters: async (...args) => {
        if (left-- <= 0) return new Promise(() => {});
        return hypervisor.setInterfaceParameters(...args);
      },
      defineXml: async xml => (left-- <= 0 ? new Promise(() => {}) : hypervisor.defineXml(xml)),
    };
    // The lock of a process that lives would be in the way.
    const unlocked = { ...state, lock: async () => ({ release: async () => {} }) };
    void applyDomain({ hypervisor: dying, wait, state: unlocked }, request);
    await expect.poll(() => left).toBeLessThan(0);
    const [entry] = (await openJournals(state)).entries;
    if (entry === undefined) throw new Error('no journal');
    return entry;
  }

  it.each([0, 1, 2, 3])('after %i writes is undone by recover: as before', async count => {
    const before = await definitions();
    const state = stateFolder(folder);
    const entry = await killedAfter(count);
    const blocked = applyDomain({ hypervisor, wait, state }, request);
    await expect(blocked).rejects.toThrow(/ended in the middle.*virt-quota recover instance-00000041/);
    const result = await recoverDomain({ hypervisor, wait, state }, entry, 'undo');
    expect(result.outcome).toBe('rolled-back');
    expect(await definitions()).toEqual(before);
    expect(await state.names()).toEqual([]);
    expect((await applyDomain({ hypervisor, wait, state }, request)).outcome).toBe('applied');
  });

  it.each([0, 1, 2, 3])(
    'after %i writes is finished by recover when that is asked: as planned',
    async count => {
      const state = stateFolder(folder);
      const entry = await killedAfter(count);
      const result = await recoverDomain({ hypervisor, wait, state }, entry, 'finish');
      expect(result.outcome).toBe('applied');
      expect(await state.names()).toEqual([]);
      expect((await applyDomain({ hypervisor, wait, state }, request)).outcome).toBe('unchanged');
    },
  );

  it('of a domain that is gone since leaves nothing to put back', async () => {
    const state = stateFolder(folder);
    const entry = await killedAfter(2);
    const gone = { ...entry.plan.domain, uuid: '00000000-0000-0000-0000-000000000002' };
    const result = await recoverDomain(
      { hypervisor, wait },
      { ...entry, plan: { ...entry.plan, domain: gone } },
      'undo',
    );
    expect(result.outcome).toBe('rolled-back');
    expect(new Set(result.steps.map(step => step.status))).toEqual(new Set(['gone']));
    await recoverDomain({ hypervisor, wait, state }, entry, 'undo');
  });

  it('is not passed over because nothing is to be written any more', async () => {
    const state = stateFolder(folder);
    const entry = await killedAfter(3);
    await applyDomain({ hypervisor, wait }, request);
    const blocked = applyDomain({ hypervisor, wait, state }, request);
    await expect(blocked).rejects.toThrow(/ended in the middle/);
    await state.remove(journalName(entry.hypervisor, domain.uuid));
    expect((await applyDomain({ hypervisor, wait, state }, request)).outcome).toBe('unchanged');
  });

  it('keeps nobody out who has nothing to write', async () => {
    const state = stateFolder(folder);
    await applyDomain({ hypervisor, wait, state }, request);
    const lock = await state.lock(journalName(await hypervisor.identity(), domain.uuid));
    expect((await applyDomain({ hypervisor, wait, state }, request)).outcome).toBe('unchanged');
    await lock.release();
  });

  it('does not let a second one in while it lives', async () => {
    const state = stateFolder(folder);
    const lock = await state.lock(journalName(await hypervisor.identity(), domain.uuid));
    await expect(applyDomain({ hypervisor, wait, state }, request)).rejects.toMatchObject({ code: 'locked' });
    await lock.release();
  });

  it('does not let one in that reaches the same libvirt by another socket', async () => {
    const state = stateFolder(folder);
    const otherSocket = join(folder, 'other-sock');
    symlinkSync(daemon.socket, otherSocket);
    const uri = `test+unix:///default?socket=${encodeURIComponent(otherSocket)}`;
    const other = await openHypervisor(uri, { readOnly: false });
    try {
      expect((await other.info()).uri).not.toBe((await hypervisor.info()).uri);
      const entry = await killedAfter(1);
      const blocked = applyDomain({ hypervisor: other, wait, state }, request);
      await expect(blocked).rejects.toThrow(/an earlier apply to 'instance-00000041' ended in the middle/);
      const held = await state.lock(journalName(await hypervisor.identity(), domain.uuid));
      const locked = recoverDomain({ hypervisor: other, wait, state }, entry, 'undo');
      await expect(locked).rejects.toMatchObject({ code: 'locked' });
      await held.release();
      expect(await recoverDomain({ hypervisor: other, wait, state }, entry, 'undo')).toMatchObject({
        outcome: 'rolled-back',
      });
    } finally {
      await other.close();
    }
  });

  it('is not undone on another hypervisor', async () => {
    const state = stateFolder(folder);
    const entry = await killedAfter(1);
    const elsewhere: Hypervisor = { ...hypervisor, identity: async () => 'another one' };
    const refused = recoverDomain({ hypervisor: elsewhere, wait, state }, entry, 'undo');
    await expect(refused).rejects.toThrow(/was begun on another hypervisor: test\+unix:/);
    expect(await state.names()).toHaveLength(1);
    await recoverDomain({ hypervisor, wait, state }, entry, 'undo');
  });

  it('leaves a journal that, when it is damaged, lets nobody touch the domain', async () => {
    const state = stateFolder(folder);
    await killedAfter(1);
    const [name = ''] = await state.names();
    const text = (await state.load(name)) ?? '';
    await state.save(name, text.replace('"inbound.average":32768', '"inbound.average":32769'));
    const before = await definitions();
    await expect(applyDomain({ hypervisor, wait, state }, request)).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringMatching(
        new RegExp(`domain ${domain.uuid} .* its journal '${folder}/.*' was changed after it was made`),
      ),
    });
    expect(await definitions()).toEqual(before);
  });
});

const inbound = (average: number) => ({ 'inbound.average': { type: 'uint', value: average } }) as const;

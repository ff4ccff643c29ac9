import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { DomainDefinition } from '../../src/domain/definition.ts';
import { readDomain } from '../../src/domain/read-domain.ts';
import type { DomainTuning } from '../../src/domain/tuning.ts';
import { capturedHost, capturedHypervisor } from '../../src/host/captured.ts';
import type { RecordedSource } from '../../src/host/recorded.ts';
import { loadRecording } from '../../src/host/recording.ts';
import { expectDomain } from '../../src/verify/expect.ts';
import { type Expectation, knobName } from '../../src/verify/expectation.ts';
import { judge, summary } from '../../src/verify/judge.ts';
import type { Reading } from '../../src/verify/reading.ts';
import type { Verdict } from '../../src/verify/verdict.ts';
import { type Observation, observeDomain } from '../../src/workflow/observe.ts';
import { bandwidth, asked as example } from '../verify/example.ts';

const captured = join(import.meta.dirname, 'captured');

interface Seen {
  readonly recording: RecordedSource;
  readonly live: DomainDefinition;
  readonly config: DomainDefinition;
  readonly observation: Observation;
  readonly expectations: readonly Expectation[];
}

/** A captured domain, looked at as `verify` does; the example flavor was applied to it, live and config. */
async function look(folder: string, withHost = true): Promise<Seen> {
  const recording = await loadRecording(join(captured, folder));
  const hypervisor = capturedHypervisor(recording);
  const domain = await hypervisor.lookup('instance-000000e1');
  const live = readDomain(await hypervisor.getXml(domain, 'live'));
  const config = readDomain(await hypervisor.getXml(domain, 'config'));
  const host = withHost ? { host: capturedHost(recording) } : {};
  const observation = await observeDomain({ hypervisor, domain, live, config, ...host });
  const expectations = expectDomain({
    asked: { live: askedOf(live), config: askedOf(config) },
    live,
    config,
    facts: observation.facts,
    scopes: ['live', 'config'],
  });
  return { recording, live, config, observation, expectations };
}

/** The example flavor on every interface. */
function askedOf(live: DomainDefinition): DomainTuning {
  const because = { 'inbound.average': 'quota:vif_inbound_average' };
  const nics = live.interfaces.map(nic => ({
    device: { kind: 'interface', mac: nic.mac } as const,
    limits: bandwidth,
    because,
  }));
  return [...example.filter(one => one.device.kind !== 'interface'), ...nics];
}

const failing = (verdicts: readonly Verdict[]) =>
  verdicts.filter(one => one.outcome === 'fail').map(one => knobName(one.expectation));

describe.each(['bookworm', 'bookworm-v1', 'trixie'])('a domain with all limits on %s', folder => {
  let seen: Seen;
  beforeAll(async () => {
    seen = await look(folder);
  });

  it('holds them at every layer', () => {
    const verdicts = judge(seen.expectations, seen.observation.readings);
    expect(verdicts.filter(one => one.outcome !== 'pass')).toEqual([]);
    expect(new Set(verdicts.map(one => one.expectation.layer))).toEqual(
      new Set(['config', 'live', 'cgroup', 'qemu', 'ovs', 'tc']),
    );
  });

  it('has evidence for every verdict: where it was read, and what', () => {
    for (const { evidence } of judge(seen.expectations, seen.observation.readings)) {
      expect(evidence?.source).toBeTruthy();
      expect(evidence?.text).toBeTruthy();
    }
  });

  it('fails on exactly the knob that is changed, whichever that is', () => {
    const { readings } = seen.observation;
    const judged = readings.filter(reading => expectedOf(seen, reading)?.expected !== undefined);
    fc.assert(
      fc.property(fc.constantFrom(...judged), fc.integer({ min: 1, max: 999 }), (reading, percent) => {
        const changed = readings.map(one => (one === reading ? grown(reading, seen, percent) : one));
        expect(failing(judge(seen.expectations, changed))).toEqual([knobName(reading)]);
      }),
      { numRuns: 300 },
    );
  });

  it('fails on exactly the knob that is gone', () => {
    const { readings } = seen.observation;
    for (const reading of readings.filter(one => expectedOf(seen, one)?.expected !== undefined)) {
      const { values: _, ...gone } = reading;
      const changed = readings.map(one => (one === reading ? gone : one));
      expect(failing(judge(seen.expectations, changed))).toEqual([knobName(reading)]);
    }
  });

  it('never passes for having been read less', () => {
    const { readings } = seen.observation;
    fc.assert(
      fc.property(fc.subarray([...readings]), fc.boolean(), (rest, asUnreadable) => {
        const kept = new Set(rest);
        const unread = readings.map(one => (kept.has(one) ? one : { ...one, unreadable: 'no permission' }));
        const verdicts = judge(seen.expectations, asUnreadable ? unread : rest);
        const read = new Set(rest.map(knobName));
        for (const verdict of verdicts.filter(one => !read.has(knobName(one.expectation)))) {
          expect(verdict.outcome).toBe('inconclusive');
        }
      }),
      { numRuns: 50 },
    );
  });

  it('cannot be decided from another machine, but for what libvirt tells', async () => {
    const remote = await look(folder, false);
    const verdicts = judge(remote.expectations, remote.observation.readings);
    expect(summary(verdicts).overall).toBe('inconclusive');
    for (const { expectation, outcome, detail } of verdicts) {
      const told = ['config', 'live', 'qemu'].includes(expectation.layer);
      expect([outcome, detail]).toEqual(
        told ? ['pass', undefined] : ['inconclusive', 'this host is not the hypervisor'],
      );
    }
  });

  it('says of every file that cannot be read which it is', async () => {
    const { recording, live } = seen;
    const hypervisor = capturedHypervisor(recording);
    const domain = await hypervisor.lookup('instance-000000e1');
    const host = capturedHost({
      ...recording,
      file: async path =>
        /cpu\.(weight|shares)$/.test(path)
          ? { error: `'${path}' cannot be read: EACCES` }
          : recording.file(path),
      command: async () => undefined,
    });
    const { readings, facts } = await observeDomain({ hypervisor, host, domain, live });
    const unread = readings.filter(one => one.unreadable !== undefined);
    expect(unread.find(one => one.subject === 'scope')?.unreadable).toContain('EACCES');
    expect(unread.find(one => one.layer === 'tc')?.unreadable).toContain('not in the capture');
    expect(facts.iproute2).toBeUndefined();
  });
});

describe('a tap that is a port of Open vSwitch, as Nova makes it', () => {
  it('has lost its outbound limit once Open vSwitch was started again, although libvirt reports it', async () => {
    const { expectations, observation, live } = await look('trixie-ovs-restarted');
    const tap = live.interfaces.find(nic => nic.type === 'ethernet');
    expect(tap?.bandwidth['outbound.average']).toBe(32_768);
    expect(observation.facts.ovsPorts.has(tap?.dev ?? '')).toBe(true);
    const verdicts = judge(expectations, observation.readings);
    expect(failing(verdicts)).toEqual([`tc ${tap?.dev} police`]);
    expect(verdicts.find(one => one.outcome === 'fail')?.reason).toBe('missing');
  });
});

describe('a domain that does not run', () => {
  it('has readings of its persistent definition only', async () => {
    const { recording, config } = await look('trixie');
    const hypervisor = capturedHypervisor(recording);
    const domain = { ...(await hypervisor.lookup('1')), active: false };
    const { readings } = await observeDomain({ hypervisor, domain, config });
    expect(new Set(readings.map(one => one.layer))).toEqual(new Set(['config']));
  });

  it('is held against the cgroups of its host all the same', async () => {
    const { recording, config } = await look('trixie');
    const hypervisor = capturedHypervisor(recording);
    const host = capturedHost(recording);
    const domain = { ...(await hypervisor.lookup('1')), active: false };
    const { facts } = await observeDomain({ hypervisor, host, domain, config });
    expect(facts.cgroupVersion).toBe(2);
  });
});

it('captures hold nothing of secrets', () => {
  const xml = join(captured, 'trixie/libvirt/09f98f63-fdf2-4829-81b4-107033da62ff.live.xml');
  expect(readFileSync(xml, 'utf8')).not.toContain('passwd');
});

function expectedOf(seen: Seen, reading: Reading): Expectation | undefined {
  return seen.expectations.find(one => knobName(one) === knobName(reading));
}

/** The reading with one of the values that are expected grown by some percent, or another word. */
function grown(reading: Reading, seen: Seen, percent: number): Reading {
  const names = Object.keys(expectedOf(seen, reading)?.expected ?? {});
  const name = names[percent % names.length] ?? '';
  const value = reading.values?.[name];
  const other = typeof value === 'number' ? Math.ceil(value * (1 + percent / 100)) + 1 : 'something else';
  return { ...reading, values: { ...reading.values, [name]: other } };
}

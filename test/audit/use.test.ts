import { describe, expect, it } from 'vitest';
import type { CounterSample, ThreadCounters } from '../../src/audit/counters.ts';
import type { LimitAudit } from '../../src/audit/limit-audit.ts';
import { measure, useFindings } from '../../src/audit/use.ts';
import type { DomainDefinition } from '../../src/domain/definition.ts';
import type { DeviceRef, Parameter } from '../../src/domain/tuning.ts';
import { definition, mac } from './example.ts';

const evidence = { source: 'here', text: 'so' };
const cpu = { kind: 'cpu' } as const;
const disk = (target: string) => ({ kind: 'disk', target }) as const;
const nic = { kind: 'interface', mac } as const;
const limit = (device: DeviceRef, parameter: Parameter, value: number): LimitAudit => ({
  ...{ device, parameter, value, unit: '', outcome: 'pass', verdicts: [] },
});
const empty: CounterSample = { atMs: 0, threads: [], interfaces: new Map(), disks: new Map() };

/** The use of some limits 10 s apart. */
function used(
  limits: readonly LimitAudit[],
  before: Partial<CounterSample> | undefined,
  now: Partial<CounterSample>,
  live: DomainDefinition = definition,
) {
  const samples = {
    now: { ...empty, ...now, atMs: 60_000 },
    ...(before && { before: { ...empty, ...before, atMs: 50_000 } }),
  };
  const measured = measure({ limits, live, samples });
  return { measured, usage: measured.map(one => one.usage), findings: useFindings(measured, limits) };
}

describe('CPU time', () => {
  const vcpu = (id: number, usedUs: number, periods: number, throttled: number): ThreadCounters => ({
    subject: `vcpu${id}`,
    usedUs,
    counters: { nr_periods: periods, nr_throttled: throttled, throttled_usec: throttled * 10 },
    evidence,
  });
  const quota = [limit(cpu, 'vcpu_quota', 50_000), limit(cpu, 'vcpu_period', 100_000)];

  it('is that of the busiest vCPU in a period, and bites where one was held back', () => {
    const before = { threads: [vcpu(0, 1000, 100, 5), vcpu(1, 2000, 100, 5)] };
    const now = { threads: [vcpu(0, 1_001_000, 200, 5), vcpu(1, 4_902_000, 200, 55)] };
    const { usage, measured, findings } = used(quota, before, now);
    expect(usage).toEqual([
      {
        device: cpu,
        parameter: 'vcpu_quota',
        limit: 50_000,
        unit: '',
        used: 49_000,
        ratio: 0.98,
        throttled: {
          ratio: 0.25,
          counters: { nr_periods: 400, nr_throttled: 60, throttled_usec: 600 },
        },
        isBiting: true,
        exceeds: false,
        evidence,
      },
    ]);
    expect(measured[0]?.knob).toEqual({ layer: 'cgroup', subject: 'vcpu1', knob: 'cpu.stat' });
    expect(findings.map(({ cause, severity }) => [cause, severity])).toEqual([['biting', 'note']]);
    expect(findings[0]?.explanation).toBe(
      'the guest uses 98 % of what it may, held back in 25 % of the cases: it wants more',
    );
  });

  it('says nothing of rates where it was read once, and all that was counted', () => {
    const { usage, findings } = used(quota, undefined, { threads: [vcpu(0, 5000, 200, 50)] });
    expect(usage).toMatchObject([{ throttled: { ratio: 0.25 }, isBiting: false, exceeds: false }]);
    expect(usage[0]).not.toHaveProperty('used');
    expect(findings).toEqual([]);
  });

  it('exceeds when more was used than the quota of each period, one more, and a tenth', () => {
    const now = (usedUs: number) => ({ threads: [vcpu(0, usedUs, 200, 0)] });
    const before = { threads: [vcpu(0, 0, 100, 0)] };
    expect(used(quota, before, now(5_550_000)).usage[0]?.exceeds).toBe(false);
    const { usage, findings } = used(quota, before, now(5_560_000));
    expect(usage[0]?.exceeds).toBe(true);
    expect(findings).toMatchObject([
      { cause: 'counters-exceed', severity: 'warning', subject: 'vcpu0', observed: { vcpu_quota: 55_600 } },
    ]);
  });

  it('is not compared with a life before', () => {
    const before = { threads: [vcpu(0, 9_000_000, 500, 400)] };
    const { usage } = used(quota, before, { threads: [vcpu(0, 1000, 10, 1)] });
    expect(usage).toMatchObject([{ throttled: { ratio: 0.1 }, isBiting: false }]);
    expect(usage[0]).not.toHaveProperty('used');
  });

  it('of all threads together is what global_quota is about', () => {
    const all = { ...vcpu(0, 100, 10, 1), subject: 'libvirt' };
    const { measured } = used([limit(cpu, 'global_quota', 5000)], undefined, {
      threads: [vcpu(0, 1, 1, 1), all],
    });
    expect(measured.map(one => one.knob.subject)).toEqual(['libvirt']);
    expect(used([limit(cpu, 'cpu_shares', 512)], undefined, { threads: [all] }).usage).toEqual([]);
  });
});

describe('disks', () => {
  const counted = (readBytes: number, writeBytes = 0, requests = 0) => ({
    ...{ readBytes, writeBytes, readRequests: requests, writeRequests: requests, evidence },
  });
  const at = (...disks: readonly (readonly [string, ReturnType<typeof counted>])[]) => ({
    disks: new Map(disks),
  });

  it('are at their limit from 95 % of it on', () => {
    const rate = [limit(disk('vda'), 'read_bytes_sec', 1_000_000)];
    const reading = (bytes: number) =>
      used(rate, at(['vda', counted(500)]), at(['vda', counted(500 + bytes)])).usage[0];
    expect(reading(9_400_000)).toMatchObject({ used: 940_000, ratio: 0.94, isBiting: false });
    expect(reading(9_500_000)).toMatchObject({ used: 950_000, isBiting: true, exceeds: false });
  });

  it('exceed beyond ten seconds, a tenth of one, a request under way, and a tenth', () => {
    const rate = [limit(disk('vda'), 'total_bytes_sec', 1_000_000)];
    // 1.1 × (10,000,000 + 100,000 + 1,048,576) = 12,263,433.6
    const exceeds = (bytes: number) =>
      used(rate, at(['vda', counted(0)]), at(['vda', counted(bytes - 500, 500)])).usage[0]?.exceeds;
    expect(exceeds(12_263_433)).toBe(false);
    expect(exceeds(12_263_434)).toBe(true);
  });

  it('may burst for as long as they are told to', () => {
    const limits = [
      limit(disk('vda'), 'total_iops_sec', 100),
      limit(disk('vda'), 'total_iops_sec_max', 1000),
      limit(disk('vda'), 'total_iops_sec_max_length', 5),
    ];
    // 1.1 × (100 × 10 + 1000 × 5 + 1) = 6601.1
    const exceeds = (requests: number) =>
      used(limits, at(['vda', counted(0)]), at(['vda', counted(0, 0, requests / 2)])).usage[0]?.exceeds;
    expect(exceeds(6600)).toBe(false);
    expect(exceeds(6602)).toBe(true);
  });

  it('of one group use one limit', () => {
    const one = { device: 'disk', type: 'file', source: '/a', hasThrottleFilters: false };
    const iotune = { total_bytes_sec: 1_000_000, group_name: 'g' };
    const live = { ...definition, disks: ['vda', 'vdb'].map(target => ({ ...one, target, iotune })) };
    const limits = [limit(disk('vda'), 'total_bytes_sec', 1_000_000)];
    const before = at(['vda', counted(0)], ['vdb', counted(0)]);
    const now = at(['vda', counted(4_000_000)], ['vdb', counted(6_000_000)]);
    expect(used(limits, before, now, live).usage).toMatchObject([{ used: 1_000_000, isBiting: true }]);
  });
});

describe('interfaces', () => {
  const packets = (bytes: number, count: number, dropped = 0, overlimits = 0) => ({
    ...{ bytes, packets: count, dropped, overlimits, evidence },
  });
  const limits = [
    limit(nic, 'inbound.average', 1000),
    limit(nic, 'inbound.peak', 2000),
    limit(nic, 'inbound.burst', 64),
    limit(nic, 'outbound.average', 500),
  ];
  const at = (shaped: ReturnType<typeof packets>, policed: ReturnType<typeof packets>) => ({
    interfaces: new Map([['tap1', { shaped, policed }]]),
  });
  const none = packets(0, 0);

  it('have used what their class let through, and what their policer did not drop', () => {
    const { usage, measured } = used(
      limits,
      at(none, none),
      at(packets(9_800_000, 7000, 0, 70), packets(10_000_000, 8000, 4000, 4000)),
    );
    expect(usage).toMatchObject([
      {
        parameter: 'inbound.average',
        limit: 1000,
        used: 980,
        ratio: 0.98,
        throttled: { ratio: 0.01, counters: { bytes: 9_800_000, packets: 7000, dropped: 0, overlimits: 70 } },
        isBiting: true,
      },
      { parameter: 'outbound.average', limit: 500, used: 500, throttled: { ratio: 0.5 }, isBiting: true },
    ]);
    expect(measured.map(one => one.knob)).toEqual([
      { layer: 'tc', subject: 'tap1', knob: 'class htb 1:1' },
      { layer: 'tc', subject: 'tap1', knob: 'police' },
    ]);
  });

  it('do not bite where nothing was held back', () => {
    const { usage, findings } = used(limits, at(none, none), at(packets(5000, 5), packets(5000, 5)));
    expect(usage.map(one => one.isBiting)).toEqual([false, false]);
    expect(findings).toEqual([]);
  });

  it('exceed beyond the rate, the burst and one packet, and a tenth', () => {
    // 1.1 × (10,000,000 + 65,536 + 65,536) = 11,144,179.2
    const exceeds = (bytes: number) =>
      used(limits, at(none, none), at(packets(bytes, 9000), none)).usage[0]?.exceeds;
    expect(exceeds(11_144_179)).toBe(false);
    expect(exceeds(11_144_180)).toBe(true);
  });

  it('are only said to exceed what every layer holds', () => {
    const broken = limits.map(one => ({ ...one, outcome: 'fail' as const }));
    const { usage, findings } = used(broken, at(none, none), at(packets(99_000_000, 70_000), none));
    expect(usage[0]?.exceeds).toBe(true);
    expect(findings).toEqual([]);
  });

  const as = (type: string, virtualPort?: string): DomainDefinition => ({
    ...definition,
    interfaces: definition.interfaces.map(one => ({ ...one, type, ...(virtualPort && { virtualPort }) })),
  });

  it('on Open vSwitch may always use their peak', () => {
    const { usage } = used(
      limits,
      at(none, none),
      at(packets(19_000_000, 9), none),
      as('bridge', 'openvswitch'),
    );
    expect(usage[0]).toMatchObject({ parameter: 'inbound.peak', limit: 2000, used: 1900, exceeds: false });
  });

  it('of a macvtap police what comes in', () => {
    const { measured } = used(limits, undefined, at(none, none), as('direct'));
    expect(measured.map(({ usage, knob }) => [usage.parameter, knob.knob])).toEqual([
      ['inbound.average', 'police'],
      ['outbound.average', 'class htb 1:1'],
    ]);
  });
});

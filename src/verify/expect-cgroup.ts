import type { CpuTuneParameter } from '../domain/cputune.ts';
import { DEFAULT_PERIOD_US } from '../domain/cputune.ts';
import type { DomainDefinition } from '../domain/definition.ts';
import type { Parameter } from '../domain/tuning.ts';
import { idleKnob } from '../observed/cgroup-knob.ts';
import type { Expectation, KnobValues } from './expectation.ts';
import type { HostFacts } from './host-facts.ts';
import { limitOf } from './unlimited.ts';
import { keysOf, present, type Wanted } from './wanted.ts';

/** A quota and its period, and the cgroups that both are written to. */
interface Limited {
  readonly quota: CpuTuneParameter;
  readonly period: CpuTuneParameter;
  readonly subjects: readonly string[];
}

/**
 * What the cgroups of a running domain must hold: the weight of the whole machine, and µs of CPU time per period for
 * each of its thread groups. Every vCPU is looked at, also when nothing limits it: then it must be unlimited.
 *
 * @see libvirt src/util/vircgroupv2.c:virCgroupV2SetCpuShares, virCgroupV2SetCpuCfsQuota, vircgroupv1.c
 */
export function expectCgroup(
  wanted: Wanted,
  domain: DomainDefinition,
  facts: HostFacts,
): readonly Expectation[] {
  return [
    ...expectWeight(wanted, facts),
    ...expectLimits(wanted, facts, {
      quota: 'vcpu_quota',
      period: 'vcpu_period',
      subjects: vcpuIds(domain, facts).map(id => `vcpu${id}`),
    }),
    ...ifPresent(wanted, facts, {
      quota: 'emulator_quota',
      period: 'emulator_period',
      subjects: ['emulator'],
    }),
    ...ifPresent(wanted, facts, {
      quota: 'iothread_quota',
      period: 'iothread_period',
      subjects: (facts.iothreadIds ?? [1]).map(id => `iothread${id}`),
    }),
    ...ifPresent(wanted, facts, { quota: 'global_quota', period: 'global_period', subjects: ['libvirt'] }),
  ];
}

/** Shares are written as they are: libvirt does not convert them to a weight. */
function expectWeight(wanted: Wanted, facts: HostFacts): readonly Expectation[] {
  const value = limitOf(wanted.limits, 'cpu_shares');
  if (value === undefined) return [];
  const v1 = facts.cgroupVersion === 1;
  const expected: KnobValues = v1 ? { shares: value } : { weight: value };
  const weight = expectation(wanted, 'scope', v1 ? 'cpu.shares' : 'cpu.weight', ['cpu_shares'], expected);
  return [{ ...weight, ...followsIdle(facts.cgroupKnobs) }];
}

/** The weight that the kernel shows of a group that was made idle is not its own. */
export function followsIdle(knobs: HostFacts['cgroupKnobs']): Pick<Expectation, 'follows'> {
  const idle = { layer: 'cgroup', subject: 'scope', knob: idleKnob } as const;
  return knobs?.has(`scope ${idleKnob}`) ? { follows: [idle] } : {};
}

export function isWeight(knob: string): boolean {
  return knob === 'cpu.weight' || knob === 'cpu.shares';
}

function ifPresent(wanted: Wanted, facts: HostFacts, limited: Limited): readonly Expectation[] {
  const { quota, period } = limited;
  return present(wanted, [quota, period]).length === 0 ? [] : expectLimits(wanted, facts, limited);
}

function expectLimits(wanted: Wanted, facts: HostFacts, limited: Limited): readonly Expectation[] {
  const quota = limitOf(wanted.limits, limited.quota);
  const given = limitOf(wanted.limits, limited.period);
  // Without a quota the period means nothing, and what is left of an earlier one stays in the kernel.
  const period = given ?? (quota === undefined ? undefined : DEFAULT_PERIOD_US);
  const quotaValue = { quota: quota ?? 'max' };
  const both = { quota: quota ?? 'max', ...(period !== undefined && { period }) };
  return limited.subjects.flatMap(subject => {
    if (facts.cgroupVersion !== 1) {
      const carried = present(wanted, [limited.quota, limited.period]);
      const parameters = carried.length === 0 ? [limited.quota] : carried;
      return [expectation(wanted, subject, 'cpu.max', parameters, both)];
    }
    const ofPeriod = [given === undefined ? limited.quota : limited.period];
    return [
      expectation(wanted, subject, 'cpu.cfs_quota_us', [limited.quota], quotaValue),
      ...(period === undefined
        ? []
        : [expectation(wanted, subject, 'cpu.cfs_period_us', ofPeriod, { period })]),
    ];
  });
}

function expectation(
  wanted: Wanted,
  subject: string,
  knob: string,
  parameters: readonly Parameter[],
  expected: KnobValues,
): Expectation {
  const { device } = wanted;
  return {
    layer: 'cgroup',
    device,
    subject,
    knob,
    parameters,
    because: keysOf(wanted, parameters),
    expected,
  };
}

/** Ids need not be without gaps; what the cgroups say is taken when it agrees with the number of vCPUs. */
function vcpuIds(domain: DomainDefinition, facts: HostFacts): readonly number[] {
  const { vcpuIds: seen } = facts;
  return seen?.length === domain.vcpus ? seen : Array.from({ length: domain.vcpus }, (_, id) => id);
}

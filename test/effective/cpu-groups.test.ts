import { describe, expect, it } from 'vitest';
import { effectiveDomain } from '../../src/effective/effective-domain.ts';
import { cpuBandwidths, idleGroups, unseenGroups } from '../../src/effective/host-state.ts';
import type { KnobValues } from '../../src/verify/expectation.ts';
import type { Reading } from '../../src/verify/reading.ts';
import { limited } from '../verify/example.ts';

const definition = { ...limited, disks: [], interfaces: [] };
const reading = (subject: string, values: KnobValues | undefined, more: Partial<Reading> = {}): Reading => ({
  layer: 'cgroup',
  subject,
  knob: 'cpu.max',
  ...(values && { values }),
  evidence: { source: `/${subject}/cpu.max`, text: '' },
  ...more,
});
const half = { quota: 50_000, period: 100_000 };

/** What two vCPUs may use, how sure that is, and every claim. */
function told(...readings: readonly Reading[]) {
  const groups = cpuBandwidths(readings);
  const given = { unseenGroups: unseenGroups(readings), idleGroups: idleGroups(readings) };
  const [cpu] = effectiveDomain({ definition, groups, ...given, disks: [], nics: [] }, []);
  return {
    certainty: cpu?.certainty,
    cpus: cpu?.binds?.value,
    claims: cpu?.claims.map(
      ({ standing, at, why }) => `${standing}: ${at}${why === undefined ? '' : `, ${why}`}`,
    ),
  };
}

describe('what two vCPUs may use', () => {
  it('is the quota of a slice where that is the least, which others use too', () => {
    const slice = reading('machine.slice', { quota: 30_000, period: 100_000 });
    expect(told(reading('vcpu0', half), reading('vcpu1', half), slice)).toEqual({
      certainty: 'exact',
      cpus: 0.3,
      claims: [
        'binds: cgroup machine.slice cpu.max, shared with all that is in this group',
        'looser: cgroup vcpu* cpu.max (2 of 2)',
      ],
    });
  });

  it('is a whole CPU more where the quota of one does not count for its thread', () => {
    const why = 'thread 606 (CPU 0/KVM) has the policy SCHED_FIFO, priority 50, for which no quota counts';
    expect(
      told(reading('vcpu0', undefined, { idle: true, idleBecause: why }), reading('vcpu1', half)),
    ).toEqual({
      certainty: 'exact',
      cpus: 1.5,
      claims: ['binds: cgroup vcpu* cpu.max (1 of 2)', `not-in-force: cgroup vcpu* cpu.max, ${why}`],
    });
  });

  it('is not known where it is not known whether the quotas count', () => {
    const doubt = 'a scheduler of sched_ext is enabled: whether it knows quotas is not known';
    expect(
      told(reading('vcpu0', half, { unproved: doubt }), reading('vcpu1', half, { unproved: doubt })),
    ).toEqual({
      certainty: 'unknown',
      cpus: undefined,
      claims: [`unseen: cgroup vcpu* cpu.max, ${doubt}`],
    });
  });

  it('is at most what is in force where a group around cannot be read', () => {
    const slice = reading('machine.slice', undefined, { unreadable: 'EACCES' });
    expect(told(reading('vcpu0', half), reading('vcpu1', half), slice)).toMatchObject({
      certainty: 'at-most',
      cpus: 1,
    });
  });
});

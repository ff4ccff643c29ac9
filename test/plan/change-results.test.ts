import { describe, expect, it } from 'vitest';
import type { ApplyResult } from '../../src/plan/apply-result.ts';
import { changeResults } from '../../src/plan/change-results.ts';
import type { Step } from '../../src/plan/plan.ts';
import type { Verdict } from '../../src/verify/verdict.ts';

const cpu = { kind: 'cpu' } as const;
const step: Step = {
  scope: 'live',
  device: cpu,
  before: { cpu_shares: 100, vcpu_quota: 50000 },
  after: { cpu_shares: 512, vcpu_quota: 50000 },
  changes: [
    { parameter: 'cpu_shares', before: 100, after: 512, because: 'quota:cpu_shares', reason: 'definition' },
  ],
};

const verdict = (
  layer: 'config' | 'cgroup',
  knob: string,
  parameter: 'cpu_shares' | 'vcpu_quota',
): Verdict => ({
  expectation: { layer, device: cpu, subject: 'scope', knob, parameters: [parameter], because: [] },
  outcome: 'pass',
  evidence: { source: `/sys/fs/cgroup/${knob}`, text: '512' },
});

const result: ApplyResult = {
  outcome: 'applied',
  plan: {
    schemaVersion: 1,
    domain: { name: 'vm1', uuid: '11111111-2222-3333-4444-555555555555', id: 3 },
    scopes: ['live'],
    tuning: {
      live: [
        {
          device: cpu,
          limits: { cpu_shares: 512, vcpu_quota: 50000 },
          because: { cpu_shares: 'quota:cpu_shares', vcpu_quota: 'quota:cpu_quota' },
        },
      ],
    },
    steps: [step],
    records: [],
    observed: { devices: {}, knobs: [] },
    diagnostics: [],
  },
  steps: [{ step, status: 'done' }],
  verdicts: [
    verdict('config', 'cpu_shares', 'cpu_shares'),
    verdict('cgroup', 'cpu.weight', 'cpu_shares'),
    verdict('cgroup', 'cpu.max', 'vcpu_quota'),
  ],
};

describe('the result of an apply, limit by limit', () => {
  it('says what was written, from what to what, and where it can be seen', () => {
    expect(changeResults(result)[0]).toEqual({
      scope: 'live',
      device: 'cpu',
      parameter: 'cpu_shares',
      because: 'quota:cpu_shares',
      before: 100,
      after: 512,
      status: 'done',
      evidence: [
        {
          knob: 'cgroup scope cpu.weight',
          outcome: 'pass',
          source: '/sys/fs/cgroup/cpu.weight',
          text: '512',
        },
      ],
    });
  });

  it('has what was as asked already', () => {
    expect(changeResults(result)[1]).toMatchObject({
      parameter: 'vcpu_quota',
      before: 50000,
      after: 50000,
      status: 'unchanged',
      evidence: [{ knob: 'cgroup scope cpu.max', outcome: 'pass' }],
    });
  });

  it('says what could not be undone, and what was never tried', () => {
    const failed = {
      ...result,
      outcome: 'rollback-failed',
      steps: [{ step, status: 'not-undone' }],
    } as const;
    expect(changeResults(failed)[0]?.status).toBe('not-undone');
    expect(changeResults({ ...failed, steps: [] })[0]?.status).toBe('not-tried');
  });
});

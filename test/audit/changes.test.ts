import { describe, expect, it } from 'vitest';
import { type AuditState, changesBetween } from '../../src/audit/changes.ts';
import type { Finding } from '../../src/audit/finding.ts';

const uuid = '4c1a8fc1-59cb-4b8f-9d7d-1b7ff3e7d6f3';

const weight: Finding = {
  cause: 'systemd-override',
  explanation: 'the scope has another weight than libvirt set',
  severity: 'error',
  device: { kind: 'cpu' },
  parameters: ['cpu_shares'],
  because: [],
  layer: 'cgroup',
  subject: 'scope',
  knob: 'cpu.weight',
  expected: { weight: 20 },
  observed: { weight: 77 },
  evidence: { source: '/sys/fs/cgroup/machine.slice/cpu.weight', text: '77' },
};

function state(findings: readonly Finding[], id = 3): AuditState {
  return {
    domain: { name: 'vm1', uuid, id, state: 'running', persistent: true },
    source: 'libvirt',
    outcome: findings.length === 0 ? 'pass' : 'fail',
    coverage: {
      limits: 3,
      proved: 3 - findings.length,
      failing: findings.length,
      inconclusive: 0,
      notApplicable: 0,
      devices: { limited: 1, unlimitedThoughAsked: [], limitedThoughUnasked: [] },
    },
    findings,
  };
}

describe('between two audits of a domain', () => {
  it('nothing has changed when only the evidence has', () => {
    const moved = { ...weight, evidence: { source: 'elsewhere', text: '77 ' } };
    expect(changesBetween(state([weight]), state([moved]))).toBeUndefined();
  });

  it('a finding appears, is another, and is resolved', () => {
    const other = { ...weight, observed: { weight: 78 } };
    expect(changesBetween(state([]), state([weight]))).toEqual({ appeared: [weight], resolved: [] });
    expect(changesBetween(state([weight]), state([other]))).toEqual({ appeared: [other], resolved: [] });
    expect(changesBetween(state([other]), state([]))).toEqual({ appeared: [], resolved: [other] });
  });

  it('counters that moved are no news', () => {
    const biting: Finding = { ...weight, cause: 'biting', severity: 'note' };
    const more = { ...biting, observed: { nr_throttled: 12 } };
    expect(changesBetween(state([biting]), state([more]))).toBeUndefined();
  });

  it('a domain that was started anew is news, and so is one that was not seen before', () => {
    expect(changesBetween(state([], 3), state([], 4))).toEqual({ appeared: [], resolved: [] });
    expect(changesBetween(undefined, state([]))).toEqual({ appeared: [], resolved: [] });
  });
});

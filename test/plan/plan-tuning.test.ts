import { describe, expect, it } from 'vitest';
import type { LimitName } from '../../src/domain/tuning.ts';
import { planTuning } from '../../src/plan/plan-tuning.ts';
import type { Verdict } from '../../src/verify/verdict.ts';
import { limited } from '../verify/example.ts';

const device = { kind: 'disk', target: 'vda' } as const;

/** QEMU has something for the first disk that must not be there. */
function extra(knob: string, parameter: LimitName): Verdict {
  const expectation = {
    layer: 'qemu',
    subject: 'vda',
    knob,
    device,
    parameters: [parameter],
    because: [],
  } as const;
  return { expectation, outcome: 'fail', reason: 'unexpected', observed: { value: 'both' } };
}

function repairs(...verdicts: readonly Verdict[]) {
  const limits = { read_bytes_sec: 1_000_000, write_bytes_sec: 1_024_000 };
  const { steps } = planTuning({
    domain: { name: limited.name, uuid: limited.uuid, id: 1 },
    targets: [{ scope: 'live', definition: limited, tuning: [{ device, limits, because: {} }] }],
    verdicts,
    observed: { devices: {}, knobs: [] },
    diagnostics: [],
  });
  return steps.flatMap(step => step.changes.map(({ parameter, after }) => `${parameter}=${after}`));
}

describe('what QEMU has and must not', () => {
  it('is taken away when it is a number', () => {
    expect(repairs(extra('bps_rd_max', 'read_bytes_sec_max'))).toEqual(['read_bytes_sec_max=0']);
  });

  it('is left when it is a group, with all the limits of the disk', () => {
    expect(repairs(extra('group', 'group_name'))).toEqual(['group_name=undefined']);
  });
});

describe('the record of what is asked', () => {
  const planned = (asked: Readonly<Record<string, string>>) => {
    const intent = { flavor: 'old', at: '2026-11-20T10:00:00Z', asked: { 'quota:cpu_shares': '5' } };
    const { records, diagnostics } = planTuning({
      domain: { name: limited.name, uuid: limited.uuid, id: 1 },
      targets: [{ scope: 'config', definition: { ...limited, intent }, tuning: [] }],
      verdicts: [],
      observed: { devices: {}, knobs: [] },
      record: { flavor: 'new', at: '2026-11-30T10:00:00Z', asked },
      diagnostics: [],
    });
    return {
      names: records.map(({ before, after }) => `${before?.flavor} -> ${after.flavor}`),
      said: diagnostics.map(({ severity, code, path }) => `${severity} ${code} ${path}`),
    };
  };

  it('takes the place of an earlier one', () => {
    const asked = { 'quota:cpu_shares': '6', 'virt-quota:emulator_quota': '5000' };
    expect(planned(asked)).toEqual({ names: ['old -> new'], said: [] });
  });

  it.each(['quota:cpu_share', 'quota:nonsense', 'Quota:cpu_shares', 'hw:quota:cpu_shares', 'virt-quota:x'])(
    'never does with %s, which nobody reads, and that is said',
    key => {
      const said = [`warning not-recorded ${key}`];
      expect(planned({ 'quota:cpu_shares': '6', [key]: '7' })).toEqual({ names: [], said });
    },
  );
});

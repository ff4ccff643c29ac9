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

  it('stays when it is a group: a disk comes out of one only with all its limits', () => {
    expect(repairs(extra('group', 'group_name'))).toEqual([]);
  });
});

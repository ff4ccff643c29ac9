import { describe, expect, it } from 'vitest';
import { renderVerdictSummary } from '../../src/report/verdict-table.ts';

describe('the summary of verdicts', () => {
  it('has a line for each that is not a pass, whatever was answered', () => {
    const expectation = {
      layer: 'cgroup',
      subject: 'vcpu0',
      knob: 'cpu.max',
      expected: { quota: 1000 },
      because: ['quota:cpu_quota'],
    } as const;
    const detail = 'no such file\n1 of 1 links hold';
    const verdict = { expectation, outcome: 'inconclusive', reason: 'unreadable', detail } as const;
    expect(renderVerdictSummary([verdict])).toBe(
      'inconclusive: cgroup: vcpu0 cpu.max could not be read: no such file\\u000a1 of 1 links hold\n0 of 1 links hold, 1 inconclusive\n',
    );
  });
});

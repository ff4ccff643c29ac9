import { describe, expect, it } from 'vitest';
import { renderHostPlan, renderHostResult } from '../../src/report/host-text.ts';
import { plainPaint } from '../../src/report/table.ts';

const plan = {
  schemaVersion: 1,
  ...{ kind: 'profile', subject: 'up0', steps: [], demands: [], observed: [], diagnostics: [] },
} as const;

describe('a plan for the host', () => {
  it('tells of each knob what was there of what is asked for, and why', () => {
    const changes = [
      {
        knob: 'tc up0 qdisc at 1:10',
        before: { kind: 'sfq', perturb: 10, options: 'limit 127p' },
        after: { kind: 'fq_codel' },
        because: ['class voice'],
      },
      { knob: 'tc up0 class htb 1:20', after: { rateBps: 1000, prio: 3 }, because: ['class bulk'] },
      { knob: 'tc up0 class htb 1:30', before: { rateBps: 5, prio: 2 }, because: [] },
    ];
    expect(renderHostPlan({ ...plan, changes }, plainPaint)).toBe(`\
up0
  ~ tc up0 qdisc at 1:10  sfq -> fq_codel   # class voice
  + tc up0 class htb 1:20  absent -> rateBps=1000 prio=3   # class bulk
  - tc up0 class htb 1:30  rateBps=5 prio=2 -> absent
Plan: 1 to add, 1 to change, 1 to remove.
`);
    expect(renderHostPlan({ ...plan, changes: [] }, plainPaint)).toBe('up0: nothing to change\n');
  });

  it('has no line that a name or an error made', () => {
    const subject = 'up0\nup1: applied';
    const forged = { ...plan, subject, changes: [] };
    expect(renderHostPlan(forged, plainPaint)).toBe('up0\\u000aup1: applied: nothing to change\n');
    const result = { plan: forged, outcome: 'rolled-back', failure: 'no\nup0: applied' } as const;
    expect(renderHostResult({ ...result, steps: [], verdicts: [] }, plainPaint)).toBe(
      'up0\\u000aup1: applied: rolled back: no\\u000aup0: applied; it is as before\n',
    );
  });
});
